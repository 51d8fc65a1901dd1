//! One image's page.

crate::i18n::phrases! {
    BACK = "All images", "Все образы";
    BACK_TAGS = "All tags", "Все теги";
    NOT_FOUND = "There is no such image", "Такого образа нет";
    NOT_FOUND_TEXT = "It does not exist, or you may not see it: {name}", "Его нет, или вам его не видно: {name}";
    FAILED = "The image cannot be shown", "Не удаётся показать образ";
    COPY_URI = "Copy the image's URI", "Копировать URI образа";

    TAGS = "Tags", "Теги";
    TAGS_FILTER = "Filter tags", "Фильтр тегов";
    TAGS_NONE = "This image has no tags left.", "У этого образа не осталось тегов.";
    TAGS_NO_MATCH = "No tag matches.", "Подходящих тегов нет.";
    TAGS_MORE = "Load more tags", "Загрузить ещё теги";
    TAGS_FAILED = "The tags cannot be shown.", "Не удаётся показать теги.";
    TAG_UNREADABLE = "its manifest cannot be read", "манифест не читается";

    VERSION_MISSING = "There is no such tag", "Такого тега нет";
    VERSION_MISSING_TEXT = "{version} is not, or no longer, in this image.", "{version} в этом образе нет или уже нет.";
    DETAIL_FAILED = "This version cannot be shown", "Не удаётся показать эту версию";

    RUN = "Run a job", "Запустить задание";
    DOWNLOAD = "Download", "Скачать";
    DOWNLOAD_DOCKER = "For docker load and podman load", "Для docker load и podman load";
    DOWNLOAD_DOCKER_NOTE = "about {size}, then: docker load -i {file}", "около {size}, затем: docker load -i {file}";
    DOWNLOAD_OCI = "As an OCI layout", "Как OCI layout";
    DOWNLOAD_OCI_NOTE = "about {size}, for skopeo copy oci-archive:{file}", "около {size}, для skopeo copy oci-archive:{file}";
    DOWNLOAD_FOREIGN = "docker load cannot take this image: some of its layers are foreign, and the registry does not have them.", "docker load не загрузит этот образ: часть его слоёв — внешние (foreign), в реестре их нет.";
    DOWNLOAD_NO_IMAGE = "docker load cannot take it: this is no container image.", "docker load это не загрузит: это не образ контейнера.";
    NO_READ = "You may not read this image.", "У вас нет права читать этот образ.";
    DELETE = "Delete", "Удалить";
    NO_DELETE = "Deleting takes the right to write; you may only read this image.", "Для удаления нужно право на запись; вам доступно только чтение этого образа.";
    MORE = "More actions", "Другие действия";
    COPY_LINK = "Copy link to this page", "Копировать ссылку на страницу";
    COPY_DIGEST = "Copy digest", "Копировать дайджест";
    COPY_REFERENCE = "Copy reference", "Копировать ссылку на образ";

    DIGEST = "Digest", "Дайджест";
    SIZE = "Size", "Размер";
    UPDATED = "Tag set", "Тег поставлен";
    CREATED = "Built", "Собран";
    ALSO = "Also tagged", "Те же теги";
    MEDIA_TYPE = "Media type", "Тип манифеста";
    PLATFORM = "Platform", "Платформа";
    PLATFORMS = "Platforms", "Платформы";

    PULL_WITH = "Pull with", "Скачать через";
    PULL_COPY = "Copy the command", "Копировать команду";
    PULL_NONE = "The platform's CLI pulls by tag only.", "CLI платформы скачивает только по тегу.";

    TAB_LAYERS = "Layers", "Слои";
    TAB_CONFIG = "Configuration", "Настройки";
    TAB_COMMANDS = "Commands", "Команды";
    TAB_ACCESS = "Access", "Доступ";
    TAB_JOBS = "Jobs", "Задания";
    TABS = "Views of the image", "Разделы образа";

    STEPS = "How it was made, the base first", "Как он сделан, начиная с основы";
    ONLY_LAYERS = "Only steps with layers", "Только шаги со слоями";
    NO_STEPS = "This image tells nothing about how it was made.", "Образ ничего не сообщает о том, как он сделан.";
    UNTOLD = "a layer without a step", "слой без описания";
    LAYER_SIZE = "{size}, {percent} % of the image", "{size}, {percent} % образа";
    COPY_LAYER = "Copy the digest of layer {n}", "Копировать дайджест слоя {n}";
    NO_PLATFORMS = "This is no container image: it names no platform.", "Это не образ контейнера: платформа не указана.";

    STARTS_WITH = "What a container starts with", "С чем запускается контейнер";
    ENTRYPOINT = "Entrypoint", "Точка входа";
    CMD = "Command", "Команда";
    WORKING_DIR = "Working directory", "Рабочий каталог";
    USER = "User", "Пользователь";
    PORTS = "Ports", "Порты";
    VOLUMES = "Volumes", "Тома";
    AUTHOR = "Author", "Автор";
    NOT_SET = "not set", "не задано";
    ENV = "Environment", "Переменные окружения";
    ENV_NONE = "The image sets no variables.", "Образ не задаёт переменных.";
    LABELS = "Labels", "Метки";
    LABELS_NONE = "The image has no labels.", "У образа нет меток.";
    ANNOTATIONS = "Annotations of the manifest", "Аннотации манифеста";
    REFERRERS = "What refers to this image", "Что ссылается на этот образ";
    REFERRER_PLAIN = "artifact", "артефакт";

    LOGIN_TITLE = "Sign in to the registry", "Вход в реестр";
    LOGIN_TEXT = "Once on each machine. The user name is “token”, the password a platform token.", "Один раз на каждой машине. Имя пользователя — «token», пароль — токен платформы.";
    PULL_TITLE = "Pull", "Скачивание";
    SAME_TITLE = "The same with the platform's CLI", "То же через CLI платформы";
    SAME_NONE = "The platform's CLI cannot name this version.", "CLI платформы не умеет назвать эту версию.";

    ACCESS_TEXT = "Who may use this image, and through which grant. “read” is to pull and run, “write” to push and delete, “manage” to share.", "Кому доступен образ и каким правом. «read» — скачивать и запускать, «write» — отправлять и удалять, «manage» — делиться.";
    ACCESS_FAILED = "Who may use this image cannot be shown.", "Не удаётся показать, кому доступен образ.";
    ACCESS_NONE = "The cluster names nobody.", "Кластер никого не называет.";
    ACCESS_WHO = "User or role", "Пользователь или роль";
    ACCESS_ACTION = "May", "Право";
    ACCESS_URI = "Granted on", "Выдано на";
    ACCESS_OWN = "this image", "этот образ";
    MY_RIGHTS = "You may: {rights}.", "Вам доступно: {rights}.";
    RIGHT_READ = "pull, run and download", "скачивать и запускать";
    RIGHT_WRITE = "push and delete", "отправлять и удалять";
    RIGHT_MANAGE = "share", "делиться";
    RIGHT_NONE = "nothing", "ничего";

    JOBS_TEXT = "All jobs that you can see and that use this version, the newest first.", "Все видимые вам задания с этой версией, сначала новые.";
    JOBS_NONE = "No job uses this version", "Эту версию не использует ни одно задание";
    JOBS_NONE_TEXT = "All jobs that you can see were looked through.", "Просмотрены все задания, которые вам видны.";
    JOBS_CUT = "In {n} seconds not all jobs could be looked through. Older ones may use this version too.", "За {n} с удалось просмотреть не все задания. Эту версию могут использовать и более ранние.";
    JOBS_FAILED = "The jobs cannot be shown.", "Не удаётся показать задания.";

    DELETE_TITLE = "Delete {name}?", "Удалить {name}?";
    DELETE_LAST = "The tag goes. Nothing else in this image names {digest}: it can then be pulled by that digest only, until the registry clears it away.", "Тег исчезнет. Больше ничто в образе не называет {digest}: его можно будет скачать только по дайджесту, пока реестр его не уберёт.";
    DELETE_WHAT = "What to delete", "Что удалить";
    DELETE_TAG_ONLY = "Only the tag {tag}", "Только тег {tag}";
    DELETE_TAG_ONLY_NOTE = "These tags of the same digest stay, and with them all layers: {tags}.", "Эти теги того же дайджеста останутся, а с ними и все слои: {tags}.";
    DELETE_ALL = "The digest with all its tags", "Дайджест со всеми тегами";
    DELETE_ALL_NOTE = "These tags go along: {tags}.", "Вместе с ним исчезнут теги: {tags}.";
    DELETE_DIGEST = "The manifest {digest} goes, and no tag names it.", "Манифест {digest} исчезнет; теги его не называют.";
    DELETE_STAYS = "Running jobs go on. Layers that other images use stay.", "Работающие задания продолжатся. Слои, которые нужны другим образам, останутся.";
    DELETED = "{name} is deleted.", "{name}: удалено.";
}

crate::i18n::plurals! {
    TAG_COUNT = ["{n} tag", "{n} tags"], ["{n} тег", "{n} тега", "{n} тегов"];
    STEP_COUNT = ["{n} step", "{n} steps"], ["{n} шаг", "{n} шага", "{n} шагов"];
    LAYER_COUNT = ["{n} layer", "{n} layers"], ["{n} слой", "{n} слоя", "{n} слоёв"];
}
