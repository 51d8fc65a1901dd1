//! Words that many places share.

crate::i18n::phrases! {
    CANCEL = "Cancel", "Отмена";
    CLOSE = "Close", "Закрыть";
    COPY = "Copy", "Копировать";
    COPIED = "Copied", "Скопировано";
    COPY_FAILED = "The browser did not allow copying. Select the text and copy it by hand.", "Браузер не разрешил копирование. Выделите текст и скопируйте вручную.";
    RETRY = "Try again", "Повторить";
    DISMISS = "Dismiss", "Скрыть";
    LOADING = "Loading", "Загрузка";
    OPTIONAL = "optional", "необязательно";
    UNLIMITED = "no limit", "без ограничения";
    REQUEST_ID = "Request id: {id}", "Номер запроса: {id}";
}
