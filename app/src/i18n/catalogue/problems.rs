//! Failures that have no words of the server's own.

crate::i18n::phrases! {
    NETWORK = "The server cannot be reached. Check your connection; nothing was changed.", "Сервер недоступен. Проверьте соединение; ничего не изменено.";
    BROKEN_OFF = "The connection broke off before the end. The cluster may still finish: look for the result in a minute before you try again.", "Связь прервалась до конца работы. Кластер может её закончить: проверьте результат через минуту, прежде чем повторять.";
    NONSENSE = "The server gave an answer the console does not understand (HTTP {status}). Reload the page; if it stays, the versions may differ.", "Консоль не понимает ответ сервера (HTTP {status}). Обновите страницу; если не поможет, версии могут расходиться.";
    SIGNED_OUT = "Your session has ended.", "Сессия закончилась.";
    FORBIDDEN = "You are not allowed to do this.", "У вас нет на это права.";
    NOT_FOUND = "It does not exist, or you may not see it.", "Этого нет, или вам это не видно.";
    UNAVAILABLE = "The cluster cannot be reached now. Try again in a moment.", "Кластер сейчас недоступен. Попробуйте чуть позже.";
    TIMEOUT = "The cluster did not answer in time. Try again.", "Кластер не ответил вовремя. Попробуйте снова.";
    BAD_UPSTREAM = "The cluster answered something that is not its API.", "Ответ кластера не похож на его API.";
    TOO_MANY = "Too many requests. Wait a moment.", "Слишком много запросов. Подождите немного.";
    TOO_MANY_STREAMS = "Your session has as many lists, logs and terminals open as it may. Close some tabs; this page then goes on by itself.", "В этой сессии открыто предельное число списков, логов и терминалов. Закройте несколько вкладок, и страница продолжит сама.";
    INTERNAL = "Something went wrong on the server. The request id below finds it in the log.", "Ошибка на сервере. По номеру запроса её найдут в журнале.";
    NOT_SUPPORTED = "This cluster cannot do that.", "Этот кластер так не умеет.";
}
