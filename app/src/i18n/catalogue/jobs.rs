//! The jobs list.

crate::i18n::phrases! {
    TITLE = "Jobs", "Задания";
    NEW = "New job", "Новое задание";
    FILTER_TEXT = "Filter by name, image, id or tag", "Имя, образ, id или тег";
    FILTER_LABEL = "Filter jobs", "Фильтр заданий";
    STATUS = "Status", "Статус";
    STATUS_ALL = "All", "Все";
    OWNER = "Owner", "Владелец";
    OWNER_ALL = "All owners", "Все владельцы";
    OWNER_ME = "{user} (me)", "{user} (я)";
    TAG = "Tag", "Тег";
    TAG_ALL = "All tags", "Все теги";
    ORG = "Organisation", "Организация";
    ORG_ALL = "All organisations", "Все организации";
    CLEAR = "Clear filters", "Сбросить фильтры";
    COL_STATUS = "Status", "Статус";
    COL_NAME = "Name", "Имя";
    COL_IMAGE = "Image", "Образ";
    COL_OWNER = "Owner", "Владелец";
    COL_PRESET = "Preset", "Пресет";
    COL_CREATED = "Created", "Создано";
    COL_RUN_TIME = "Run time", "Время работы";
    SELECT_ALL = "Select all shown", "Выбрать все показанные";
    SELECT_ONE = "Select {name}", "Выбрать {name}";
    KILL = "Kill", "Остановить";
    KILL_SELECTED = "Kill selected", "Остановить выбранные";
    SELECTION_CLEAR = "Clear selection", "Снять выбор";
    NOTHING_TO_KILL = "None of the selected jobs is active.", "Среди выбранных нет активных заданий.";
    EMPTY_TITLE = "No jobs yet", "Заданий пока нет";
    EMPTY_TEXT = "A job is a container that runs a command. Try the sample: it writes a few lines and stays with you for a minute.", "Задание — это контейнер, который выполняет команду. Попробуйте пример: он пишет несколько строк и работает около минуты.";
    EMPTY_SAMPLE = "Run the sample job", "Запустить пример";
    NO_MATCH_TITLE = "No job matches", "Ничего не найдено";
    NO_MATCH_TEXT = "Other jobs exist; loosen or clear the filters.", "Есть другие задания; ослабьте или сбросьте фильтры.";
    FAILED_TITLE = "The jobs cannot be shown", "Не удаётся показать задания";
    STALE_TITLE = "The list could not be fetched anew", "Не удалось обновить список";
    TABLE = "Jobs", "Задания";
    RECONNECTING = "Live updates stopped; reconnecting.", "Обновления прервались; переподключаемся.";
    LIVE = "Live", "Вживую";
    LIVE_OFF = "Reconnecting", "Переподключение";
    LOAD_MORE = "Load more", "Загрузить ещё";
    MORE_EXIST = "Older jobs are not loaded yet.", "Более старые задания ещё не загружены.";
    KILL_TITLE_ONE = "Kill {name}?", "Остановить {name}?";
    KILL_TEXT = "Their processes stop at once. Logs and status stay.", "Процессы остановятся сразу. Логи и статус останутся.";
    KILL_TEXT_ONE = "Its process stops at once. Log and status stay.", "Процесс остановится сразу. Лог и статус останутся.";
    KILL_ALREADY_DONE = "This list is fixed: jobs that end or appear meanwhile do not change it.", "Список зафиксирован: задания, которые завершатся или появятся за это время, его не изменят.";
    KILLED_ONE = "{name} is being stopped.", "{name} останавливается.";
    JUST_NOW_STATUS = "{name}: {status}", "{name}: {status}";
}

crate::i18n::plurals! {
    COUNT = ["{n} job", "{n} jobs"], ["{n} задание", "{n} задания", "{n} заданий"];
    SELECTED = ["{n} selected", "{n} selected"], ["{n} выбрано", "{n} выбрано", "{n} выбрано"];
    KILL_TITLE = ["Kill {n} job?", "Kill {n} jobs?"], ["Остановить {n} задание?", "Остановить {n} задания?", "Остановить {n} заданий?"];
    KILLED = ["{n} job is being stopped.", "{n} jobs are being stopped."], ["{n} задание останавливается.", "{n} задания останавливаются.", "{n} заданий останавливаются."];
    KILL_FAILED = ["{n} job could not be killed:", "{n} jobs could not be killed:"], ["{n} задание не удалось остановить:", "{n} задания не удалось остановить:", "{n} заданий не удалось остановить:"];
    SKIPPED_FINISHED = ["{n} selected job has already ended and is left out.", "{n} selected jobs have already ended and are left out."], ["{n} выбранное задание уже завершено и не войдёт.", "{n} выбранных задания уже завершены и не войдут.", "{n} выбранных заданий уже завершены и не войдут."];
    CHANGED = ["{n} job changed its status.", "{n} jobs changed their status."], ["{n} задание сменило статус.", "{n} задания сменили статус.", "{n} заданий сменили статус."];
    MORE_TAGS = ["and {n} more", "and {n} more"], ["и ещё {n}", "и ещё {n}", "и ещё {n}"];
}
