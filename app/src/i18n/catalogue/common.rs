//! Words that many places share.

crate::i18n::phrases! {
    CANCEL = "Cancel", "Отмена";
    CLOSE = "Close", "Закрыть";
    COPY = "Copy", "Копировать";
    COPIED = "Copied", "Скопировано";
    COPY_FAILED = "The browser did not allow copying. Select the text and copy it by hand.", "Браузер не разрешил копирование. Выделите текст и скопируйте вручную.";
    RETRY = "Try again", "Повторить";
    OLDER = "Show older", "Показать более ранние";
    DISMISS = "Dismiss", "Скрыть";
    LOADING = "Loading", "Загрузка";
    PAGE_FAILED = "This page could not be loaded", "Не удалось загрузить эту страницу";
    PAGE_FAILED_TEXT = "Check your connection and try again. If the console has just been updated, reload it.", "Проверьте соединение и повторите. Если консоль только что обновилась, перезагрузите её.";
    PART_FAILED = "This part of the console could not be loaded. Check your connection and try again. If the console has just been updated, reload it.", "Не удалось загрузить эту часть консоли. Проверьте соединение и повторите. Если консоль только что обновилась, перезагрузите её.";
    ASKED_TOO_LONG_AGO = "Nothing was done: what this was about has changed meanwhile. Look again.", "Ничего не сделано: пока вы решали, всё изменилось. Посмотрите ещё раз.";
    OPTIONAL = "optional", "необязательно";
    UNLIMITED = "no limit", "без ограничения";
    REQUEST_ID = "Request id: {id}", "Номер запроса: {id}";
}
