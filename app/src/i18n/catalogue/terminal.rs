//! Words of the terminal.

crate::i18n::phrases! {
    LABEL = "Terminal in the job", "Терминал в задании";
    TOOLBAR = "Terminal tools", "Инструменты терминала";
    SHELL = "Shell", "Оболочка";
    SHELL_CUSTOM = "Other command", "Другая команда";
    COMMAND = "Command to run in the job", "Команда для запуска в задании";
    START_NEW = "New session", "Новый сеанс";
    RECONNECT = "Reconnect", "Подключиться снова";
    COPY = "Copy selection", "Копировать выделенное";
    COPY_NOTHING = "Select some text in the terminal first.", "Сначала выделите текст в терминале.";
    PASTE = "Paste", "Вставить";
    PASTE_FAILED = "The browser did not allow reading the clipboard. Press Ctrl+Shift+V instead.", "Браузер не разрешил читать буфер обмена. Нажмите Ctrl+Shift+V.";
    READER = "Screen reader mode", "Режим для программ чтения с экрана";
    KEYS = "Keys for the shell", "Клавиши для оболочки";
    KEY_SEND = "Send {key}", "Отправить {key}";

    RECORDED = "Recorded", "Записывается";
    RECORDED_TEXT = "What this terminal shows is recorded; administrators can see it. What you type and it does not show is not.", "Всё, что показывает этот терминал, записывается; запись видят администраторы. Невидимый ввод не записывается.";

    LOADING = "Loading the terminal", "Терминал загружается";
    CONNECTING = "Connecting", "Подключение";
    OPEN = "Connected", "Подключён";
    ENDED = "Ended with exit code {code}", "Завершён с кодом {code}";
    BROKEN = "The connection broke. The shell it belonged to is gone; a new one can be started.", "Связь прервалась. Её оболочка завершена; можно запустить новую.";
    NOT_RUNNING = "The job is not running", "Задание не работает";
    SIGNED_OUT = "The session has ended. Sign in again.", "Сеанс завершён. Войдите снова.";
    FORBIDDEN = "You may not open a terminal in this job: it takes the right to write.", "Нельзя открыть терминал в этом задании: нужно право на запись.";
    BAD_UPSTREAM = "The cluster could not start the command. Is it in the job's image?", "Кластер не смог запустить команду. Есть ли она в образе задания?";
    LOAD_FAILED = "The terminal could not be loaded", "Терминал не загрузился";
    LOAD_FAILED_TEXT = "The server did not give its files. Check the connection and try again.", "Сервер не отдал его файлы. Проверьте соединение и повторите.";

    PLAY_SCREEN = "Recording of a terminal", "Запись терминала";
    PLAY_SHOWN = "What the terminal showed", "Что показывал терминал";
    PLAY_PLAY = "Play", "Воспроизвести";
    PLAY_PAUSE = "Pause", "Пауза";
    PLAY_PLACE = "Place in the recording", "Место в записи";
    PLAY_SPEED = "Speed", "Скорость";
    PLAY_MARKS = "Notes in the recording", "Пометки в записи";
    PLAY_CUT = "The recording is longer than can be played here. Download it to see all of it.", "Запись длиннее, чем можно воспроизвести здесь. Скачайте её, чтобы увидеть всё.";

    LEAVE_TITLE = "End the shell?", "Завершить оболочку?";
    LEAVE_TEXT = "A shell is open in the terminal. Leaving the job's page ends it and the command that runs in it.", "В терминале открыта оболочка. Если уйти со страницы задания, она завершится вместе с работающей в ней командой.";
    LEAVE = "Leave", "Уйти";

    PENDING_TITLE = "The job has not started yet", "Задание ещё не запущено";
    PENDING_TEXT = "A terminal opens here by itself as soon as it runs.", "Терминал откроется здесь, как только задание заработает.";
    ENDED_TITLE = "The job has ended", "Задание завершено";
    ENDED_TEXT = "A terminal needs a running job. Run it again to open one.", "Терминалу нужно работающее задание. Запустите его снова.";
}
