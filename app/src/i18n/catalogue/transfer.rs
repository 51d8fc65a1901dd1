//! Saving a job as an image, and copying an image from another registry.

crate::i18n::phrases! {
    SAVE = "Save as image", "Сохранить как образ";
    SAVE_NOT_RUNNING = "Only a running job can be saved: its container holds what becomes the image.", "Сохранить можно только работающее задание: образом становится содержимое его контейнера.";
    SAVE_TITLE = "Save {name} as an image", "Сохранить {name} как образ";
    SAVE_TEXT = "The files that the job has changed become a new layer over its image. The job goes on.", "Изменённые заданием файлы станут новым слоем поверх его образа. Задание продолжит работу.";
    SAVE_SUBMIT = "Save", "Сохранить";
    SAVING = "Saving", "Сохраняем";

    COPY_TITLE = "Copy an image from a registry", "Скопировать образ из реестра";
    COPY_TEXT = "The cluster fetches it by itself; nothing passes through this browser.", "Кластер загрузит образ сам; через браузер ничего не проходит.";
    COPY_SUBMIT = "Copy", "Скопировать";
    COPYING = "Copying", "Копируем";
    FROM = "From", "Откуда";
    FROM_HINT = "As docker pull takes it: ubuntu:24.04, ghcr.io/org/name:tag.", "Как в docker pull: ubuntu:24.04, ghcr.io/org/name:tag.";
    PRIVATE = "The registry asks for a password", "Реестр спрашивает пароль";
    USERNAME = "User name there", "Имя пользователя там";
    PASSWORD = "Password or token there", "Пароль или токен там";
    PASSWORD_HINT = "Used for this copy only and kept nowhere.", "Нужен только для этого копирования и нигде не хранится.";
    BAD_USERNAME = "Give the user name that the password belongs to.", "Укажите имя пользователя, которому принадлежит пароль.";

    TARGET = "Save as", "Сохранить как";
    TARGET_HINT = "It will be {uri}.", "Получится {uri}.";
    TARGET_EXISTS = "This tag exists: it will be moved to the new image. What it stands for now ({digest}, {size}) then has no tag of this name.", "Такой тег есть: он перейдёт к новому образу. То, что он означает сейчас ({digest}, {size}), останется без этого тега.";
    TARGET_FREE = "Free", "Свободно";

    PROGRESS = "Layers", "Слои";
    COMMITTING = "The container's changes are being made into a layer", "Изменения контейнера превращаются в слой";
    COMMITTED = "The container's changes are a layer now", "Изменения контейнера стали слоем";
    WAITING_FOR_CLUSTER = "The cluster has begun", "Кластер начал работу";
    LAYER_WAITING = "Waiting", "Ждёт";
    LAYER_PUSHING = "Pushing", "Идёт";
    LAYER_PUSHED = "Pushed", "Готов";
    LAYER_EXISTS = "Already exists", "Уже есть";
    LAYER_UNKNOWN = "In work", "В работе";
    OF = "{done} of {total}", "{done} из {total}";
    KEEPS_ON = "You can close this: the cluster goes on by itself, and the image appears in the list.", "Можно закрыть: кластер продолжит сам, и образ появится в списке.";
    LEFT = "The cluster goes on with {image}.", "Кластер продолжает: {image}.";
    DONE = "Done", "Готово";
    RECEIPT = "Receipt", "Квитанция";
    AS_CLI = "As a command", "Как команда";
}
