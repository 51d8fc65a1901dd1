//! Signing in.

crate::i18n::phrases! {
    TITLE = "Sign in to Roadstead", "Вход в Roadstead";
    LEAD = "Run jobs in containers, watch them live. Nothing to install.", "Запускайте задания в контейнерах и следите за ними вживую. Ничего не нужно устанавливать.";
    OAUTH_OWN = "Continue with your password", "Продолжить с паролем";
    OAUTH_AT = "Continue at {host}", "Продолжить на {host}";
    OAUTH_HINT = "You sign in on the platform's own page and come back here.", "Вы войдёте на странице самой платформы и вернётесь сюда.";
    OR = "or", "или";
    DENIED = "The sign-in was not allowed. Try again, or ask the platform's administrator for access.", "Вход не разрешён. Попробуйте снова или попросите доступ у администратора платформы.";
    EXPIRED = "This sign-in took too long, was finished already, or began in another browser. Begin it again.", "Вход длился слишком долго, уже завершён или начат в другом браузере. Начните его снова.";
    REFUSED_OAUTH = "The platform's answer does not fit this sign-in. Begin it again; if it stays so, tell the administrator.", "Ответ платформы не подходит к этому входу. Начните его снова; если не поможет, сообщите администратору.";
    NO_CLUSTER = "You are known to the platform, but may use no cluster yet. Ask an administrator to add you.", "Платформа вас знает, но ни один кластер вам пока не доступен. Попросите администратора добавить вас.";
    UNAVAILABLE = "The platform's sign-in service does not answer. Try again in a moment.", "Служба входа платформы не отвечает. Повторите через минуту.";
    TOKEN = "Platform token", "Токен платформы";
    TOKEN_HINT = "Paste the token here. It goes straight to the server, which keeps it sealed; this page never stores it.", "Вставьте токен. Он уходит прямо на сервер и хранится там запечатанным; страница его не сохраняет.";
    SUBMIT = "Sign in", "Войти";
    SUBMITTING = "Signing in", "Входим";
    WITH_LINK = "Signing you in with your link", "Входим по вашей ссылке";
    HELP = "Where do I get a token?", "Где взять токен?";
    HELP_CLI = "On a machine with the platform's CLI, where you are signed in:", "На машине с CLI платформы, где вы уже вошли:";
    HELP_LOCAL = "On your own Roadstead, on the machine where it runs:", "На своём Roadstead, на машине, где он запущен:";
    HELP_LINK = "The second line prints a one-time link; opening it signs you in without a token.", "Вторая строка печатает одноразовую ссылку: она впускает без токена.";
    EMPTY = "Paste a token first.", "Сначала вставьте токен.";
    NOT_A_TOKEN = "This does not look like a platform token: it has three parts joined by dots.", "Это не похоже на токен платформы: в нём три части через точку.";
    REFUSED_TOKEN = "The platform does not accept this token. It may have expired or belong to another platform; get a fresh one.", "Платформа не принимает этот токен. Возможно, он устарел или от другой платформы; получите новый.";
    REFUSED_LINK = "This sign-in link was already used or is older than 15 minutes. Make a new one on the machine where Roadstead runs, or paste a token.", "Эта ссылка уже использована или старше 15 минут. Создайте новую на машине, где работает Roadstead, или вставьте токен.";
    ENDED = "Your session has ended. Sign in again and you will be back where you were.", "Сессия закончилась. Войдите снова, и вы вернётесь туда же.";
}
