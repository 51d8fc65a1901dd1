//! What the server refuses of a form's fields, where its code tells what it is; else its own words are passed on.

crate::i18n::phrases! {
    NAME_TAKEN = "An active job of the project has this name. Choose another, or end that job first.", "Так уже называется активное задание проекта. Выберите другое имя или сначала завершите то задание.";
    NO_PRESET = "The cluster has no such preset any more. Choose another.", "Такого пресета в кластере больше нет. Выберите другой.";
    OTHER = "{said}", "Сервер не принимает это значение: {said}";
}
