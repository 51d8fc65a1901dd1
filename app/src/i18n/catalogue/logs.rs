//! Words of the log view.

crate::i18n::phrases! {
    REGION = "Log of the job", "Лог задания";
    TOOLBAR = "Log tools", "Инструменты лога";
    FOLLOW = "Follow", "Следить";
    FOLLOW_ON = "Following: new lines stay in view", "Слежение: новые строки остаются на виду";
    FOLLOW_OFF = "Not following. Press to go to the newest line.", "Слежение выключено. Нажмите, чтобы перейти к новым строкам.";
    FOLLOW_ENDED = "The log is complete; there is nothing to follow.", "Лог завершён; следить не за чем.";
    FIND = "Find", "Найти";
    FIND_IN_LOG = "Find in the log", "Найти в логе";
    FIND_HINT = "Searches everything kept here", "Ищет во всём, что хранится здесь";
    FIND_CASE = "Match case", "Учитывать регистр";
    FIND_REGEX = "Regular expression", "Регулярное выражение";
    FIND_NEXT = "Next match", "Следующее совпадение";
    FIND_PREVIOUS = "Previous match", "Предыдущее совпадение";
    FIND_CLOSE = "Close the search", "Закрыть поиск";
    FIND_NONE = "No matches", "Нет совпадений";
    FIND_COUNT = "{n} found", "Найдено: {n}";
    FIND_AT = "{at} of {n}", "{at} из {n}";
    FIND_MORE = "{n} so far", "пока {n}";
    FIND_BAD = "Not a regular expression: {why}", "Не регулярное выражение: {why}";
    WRAP = "Wrap", "Перенос";
    WRAP_LABEL = "Wrap long lines", "Переносить длинные строки";
    TIMES = "Times", "Время";
    TIMES_LABEL = "Times of lines", "Время строк";
    TIMES_OFF = "No times", "Без времени";
    TIMES_RELATIVE = "Since the start", "От начала";
    TIMES_LOCAL = "Local time", "Местное время";
    TIMES_UTC = "UTC", "UTC";
    TIMES_USUAL = "Usual", "Обычные";
    TIMES_ZONES = "Time zones", "Часовые пояса";
    DOWNLOAD = "Download", "Скачать";
    DOWNLOAD_LABEL = "Download the whole log", "Скачать лог целиком";
    MORE = "More", "Ещё";
    NUMBERS = "Line numbers", "Номера строк";
    ANNOUNCE = "Read new lines out", "Читать новые строки вслух";
    COPY_ALL = "Select all kept lines", "Выделить все строки здесь";
    TO_START = "Go to the first line", "К первой строке";
    TO_END = "Go to the newest line", "К последней строке";
    JUMP = "Jump to latest", "К последней строке";
    JUMP_FAR = "Newer lines below", "Ниже есть новые строки";
    EARLIER_LOADING = "Reading earlier lines", "Читаются более ранние строки";
    EARLIER_FAILED = "Earlier lines could not be read.", "Более ранние строки не прочитаны.";

    STATE_OPENING = "Opening", "Открывается";
    STATE_CATCHING_UP = "Catching up", "Догоняет";
    STATE_LIVE = "Live", "В реальном времени";
    STATE_HELD = "Paused here; the rest waits on the server", "Пауза; остальное ждёт на сервере";
    STATE_BROKEN = "Connection lost, reconnecting. What is shown stays.", "Связь потеряна, переподключение. Показанное остаётся.";
    STATE_WAITING = "The cluster cannot be reached; still trying", "Кластер недоступен; попытки продолжаются";
    STATE_AWAY = "Reading earlier lines; new ones are not read now", "Чтение прошлого; новые строки сейчас не читаются";
    STATE_FINISHED = "Complete", "Завершён";
    STATE_GONE = "The log is no longer there", "Лога больше нет";
    STATE_SIGNED_OUT = "The session has ended", "Сеанс завершён";
    STATE_FORBIDDEN = "You may not read this log any more", "Больше нет права читать этот лог";
    STATE_REFUSED = "Not available", "Недоступен";

    EMPTY_OPENING = "Opening the log", "Лог открывается";
    EMPTY_PENDING = "The job has not started yet", "Задание ещё не запущено";
    EMPTY_PENDING_TEXT = "Its lines appear here as soon as it writes them. There is nothing to reload.", "Строки появятся здесь, как только задание их напишет. Обновлять страницу не нужно.";
    EMPTY_RUNNING = "Nothing written yet", "Пока ничего не написано";
    EMPTY_RUNNING_TEXT = "The job is running and has not written a line. New lines appear here by themselves.", "Задание работает, но не написало ни строки. Новые строки появятся сами.";
    EMPTY_FINISHED = "The job wrote nothing", "Задание ничего не написало";
    EMPTY_FINISHED_TEXT = "It has ended without a line on its output.", "Оно завершилось, не выведя ни строки.";
    EMPTY_FAILED = "The log cannot be shown", "Не удаётся показать лог";
    EMPTY_BROKEN_TEXT = "The server cannot be reached. This page keeps trying.", "Сервер недоступен. Страница продолжает попытки.";

    KEPT = "{n} lines", "Строк: {n}";
    KEPT_LABEL = "Kept in this page: {n} lines, {bytes}", "Хранится на странице: строк {n}, {bytes}";
    DROPPED = "{n} let go", "Убрано: {n}";
    DROPPED_LABEL = "{n} lines were let go to bound memory. They are still in the whole log: scroll back or download it.", "Убрано строк ради экономии памяти: {n}. Они остаются в логе: прокрутите назад или скачайте его.";
    SKIPPED = "{n} skipped", "Пропущено: {n}";
    SKIPPED_LABEL = "{n} lines were skipped because this page was too slow. They are in the download.", "Пропущено строк, потому что страница не успевала: {n}. Они есть в скачанном логе.";
    GAPS = "{n} gaps", "Разрывов: {n}";
    GAPS_LABEL = "Places where lines may be missing: {n}", "Места, где могут отсутствовать строки: {n}";
    IN_VIEW = "Lines {first} to {last} of {total}", "Строки {first}–{last} из {total}";

    NOTE_GAP = "Lines may be missing here: the connection to the cluster broke and continuity cannot be proven", "Здесь могут отсутствовать строки: связь с кластером прерывалась";
    NOTE_GAP_LINES = "{n} lines are missing here", "Здесь отсутствует строк: {n}";
    NOTE_SKIPPED = "{n} lines were skipped here because this page was too slow; the download has them", "Здесь пропущено строк: {n}; страница не успевала, в скачанном логе они есть";
    NOTE_MORE = "… {n} more characters; wrap lines to see them", "… ещё символов: {n}; включите перенос, чтобы увидеть";

    COPIED_LINK = "Link to line {n} copied", "Ссылка на строку {n} скопирована";
    COPIED_LINKS = "Link to lines {first} to {last} copied", "Ссылка на строки {first}–{last} скопирована";
    COPY_TOO_LARGE = "The selection is larger than 8 MiB. Download the log instead.", "Выделено больше 8 МиБ. Скачайте лог целиком.";
    LINE_GONE = "Line {n} is not in this log", "Строки {n} в этом логе нет";
}

crate::i18n::plurals! {
    NEW_LINES = ["{n} new line", "{n} new lines"], ["{n} новая строка", "{n} новые строки", "{n} новых строк"];
    SAY_NEW = ["{n} new line. The last:", "{n} new lines. The last:"], ["{n} новая строка. Последняя:", "{n} новые строки. Последняя:", "{n} новых строк. Последняя:"];
}
