//! The list of images, and the ways to put one there.

crate::i18n::phrases! {
    TITLE = "Images", "Образы";
    PUSH = "Push images", "Загрузить образы";
    PUSH_LINES = "To push an archive from the machine that has it, use skopeo:", "Чтобы отправить архив с машины, на которой он лежит, используйте skopeo:";
    COPY = "Copy from a registry", "Скопировать из реестра";
    COPY_CANNOT = "This cluster cannot copy from other registries.", "Этот кластер не умеет копировать из других реестров.";
    NO_WRITE = "You may only read in this project: putting images there takes the right to write.", "В этом проекте вам доступно только чтение: чтобы добавлять образы, нужно право на запись.";
    SCOPE = "Project", "Проект";
    SCOPE_OWN = "{project} (current)", "{project} (текущий)";
    SCOPE_ALL = "All that I may see", "Все, что мне видны";
    FILTER_LABEL = "Filter images", "Фильтр образов";
    FILTER_TEXT = "Filter by name", "Часть имени";
    CLEAR = "Clear filter", "Сбросить фильтр";
    TABLE = "Images", "Образы";
    COL_NAME = "Name", "Имя";
    COL_PROJECT = "Project", "Проект";
    COL_TAGS = "Tags", "Теги";
    COL_UPDATED = "Updated", "Обновлён";
    COPY_REFERENCE = "Copy the reference of {name}", "Копировать ссылку на образ {name}";
    FAILED_TITLE = "The images cannot be shown", "Не удаётся показать образы";
    NO_MATCH_TITLE = "No image matches", "Ничего не найдено";
    NO_MATCH_TEXT = "Other images exist here; loosen or clear the filter.", "Здесь есть другие образы; ослабьте или сбросьте фильтр.";
    COMING = "More images are being fetched.", "Загружаются остальные образы.";
    TOO_MANY = "Only the first {n} images are shown. Type a part of the name to find others.", "Показаны только первые {n} образов. Введите часть имени, чтобы найти другие.";
    BROKEN = "Not all images could be fetched.", "Не все образы удалось загрузить.";
    EMPTY_TITLE = "No images here yet", "Образов пока нет";
    EMPTY_TEXT = "An image is what a job's container is made from. There are three ways to put one here.", "Образ — это то, из чего создаётся контейнер задания. Добавить его можно тремя способами.";
    EMPTY_DROP = "Drop an archive on this page", "Перетащите архив на эту страницу";
    EMPTY_DROP_TEXT = "A file that docker save, podman save or skopeo wrote.", "Файл, созданный docker save, podman save или skopeo.";
    EMPTY_CHOOSE = "Choose a file", "Выбрать файл";
    EMPTY_COPY = "Copy one from a public registry", "Скопируйте из публичного реестра";
    EMPTY_COPY_TEXT = "Name it as docker pull does, for example ubuntu:24.04. The cluster fetches it by itself.", "Назовите его как в docker pull, например ubuntu:24.04. Кластер загрузит его сам.";
    EMPTY_CLI = "Push from a command line", "Отправьте из командной строки";
    EMPTY_CLI_TEXT = "With the platform's CLI, or with docker and a platform token as the password:", "Через CLI платформы или через docker, где пароль — токен платформы:";
    EMPTY_ALL = "You can see no images in any project.", "Ни в одном проекте вам не видно образов.";
    DROP_HERE = "Drop the archives to see what is in them", "Отпустите архивы, чтобы увидеть, что в них";
    DROP_HINT = "Nothing is sent before you say so.", "Без вашего согласия ничего не отправится.";
}

crate::i18n::plurals! {
    COUNT = ["{n} image", "{n} images"], ["{n} образ", "{n} образа", "{n} образов"];
}
