//! One job's page.

crate::i18n::phrases! {
    TAB_OVERVIEW = "Overview", "Обзор";
    TAB_LOGS = "Logs", "Логи";
    TAB_TELEMETRY = "Telemetry", "Телеметрия";
    TAB_TERMINAL = "Terminal", "Терминал";
    TABS = "Views of the job", "Разделы задания";
    KILL = "Kill", "Остановить";
    KILL_DONE = "The job has ended.", "Задание завершено.";
    RUN_AGAIN = "Run again", "Запустить снова";
    EXTEND = "Extend life span", "Продлить срок";
    EXTEND_NONE = "The job has no life span to extend.", "У задания нет срока жизни.";
    EXTENDED = "The life span is now {time}.", "Срок жизни теперь {time}.";
    OPEN_HTTP = "Open", "Открыть";
    OPEN_HTTP_LABEL = "Open the job's HTTP address", "Открыть HTTP-адрес задания";
    OPEN_HTTP_NOT_RUNNING = "The address answers while the job runs.", "Адрес отвечает, пока задание работает.";
    MORE = "More actions", "Другие действия";
    COPY_LINK = "Copy link to this page", "Копировать ссылку на страницу";
    COPY_ID = "Copy job id", "Копировать id задания";
    COPY_URI = "Copy job URI", "Копировать URI задания";
    COPY_CLI = "Copy as a command", "Копировать как команду";
    RUN_TIME = "Run time", "Время работы";
    LIFE_LEFT = "{time} left", "осталось {time}";
    LIFE_OVER = "used up", "исчерпан";
    STORY = "What happened", "Что происходило";
    DETAILS = "Details", "Подробности";
    CONTAINER = "Container", "Контейнер";
    URI = "URI", "URI";
    OWNER = "Owner", "Владелец";
    WHERE = "Project", "Проект";
    CLUSTER = "Cluster", "Кластер";
    CREATED = "Created", "Создано";
    STARTED = "Started", "Запущено";
    FINISHED = "Ended", "Завершено";
    EXIT_CODE = "Exit code", "Код выхода";
    RESTARTS = "Restarts", "Перезапусков";
    RESTART_POLICY = "Restart policy", "Перезапуск";
    LIFE_SPAN = "Life span", "Срок жизни";
    SCHEDULE_TIMEOUT = "Schedule timeout", "Ожидание места";
    PRESET = "Preset", "Пресет";
    PRICE = "Credits spent", "Израсходовано кредитов";
    TAGS = "Tags", "Теги";
    DESCRIPTION = "Description", "Описание";
    IMAGE = "Image", "Образ";
    COMMAND = "Command", "Команда";
    ENTRYPOINT = "Entrypoint", "Точка входа";
    IMAGE_OWN = "the image's own", "как в образе";
    WORKING_DIR = "Working directory", "Рабочий каталог";
    CPU = "CPU", "ЦП";
    MEMORY = "Memory", "Память";
    HTTP = "HTTP", "HTTP";
    HTTP_PORT = "port {port}", "порт {port}";
    TTY = "Terminal", "Терминал";
    YES = "yes", "да";
    NO = "no", "нет";
    ENV = "Environment", "Переменные окружения";
    ENV_NONE = "No variables were set.", "Переменные не заданы.";
    ENV_REVEAL = "Show values", "Показать значения";
    ENV_HIDE = "Hide values", "Скрыть значения";
    HIDDEN_VALUE = "hidden", "скрыто";
    NO_STORY = "The cluster tells no story of this job.", "Кластер не хранит историю этого задания.";
    NOT_FOUND = "There is no such job", "Такого задания нет";
    NOT_FOUND_TEXT = "It does not exist, or you may not see it: {id}", "Его нет, или вам его не видно: {id}";
    FAILED = "The job cannot be shown", "Не удаётся показать задание";
    ANNOUNCE = "Status: {status}", "Статус: {status}";
    AS_CLI = "As commands", "Как команды";
    HOUR_1 = "1 hour", "1 час";
    HOURS_6 = "6 hours", "6 часов";
    DAY_1 = "1 day", "1 день";
    DAYS_7 = "7 days", "7 дней";
    BACK = "All jobs", "Все задания";
}

crate::i18n::plurals! {
    EARLIER_STEPS = ["Show {n} earlier step", "Show {n} earlier steps"], ["Показать ещё {n} шаг", "Показать ещё {n} шага", "Показать ещё {n} шагов"];
}
