//! Links to a job's status, for who makes them.

crate::i18n::phrases! {
    SHARE = "Share status link", "Поделиться ссылкой на статус";
    TITLE = "Share the status of {name}", "Поделиться статусом {name}";
    INTRO = "Whoever has the link sees the job without signing in: its name, status and story, nothing else but what you choose.", "Кто знает ссылку, видит задание без входа: имя, статус и историю, и больше ничего, кроме выбранного вами.";
    GRANT_NOTE = "While the job has links, {account} has read permission on it, and the platform's own lists show that.", "Пока у задания есть ссылки, {account} имеет право чтения на него; это видно и в списках самой платформы.";
    MAY_NOT = "Links are made by whoever may manage this job. You may not: ask a manager of its project.", "Ссылки делает тот, кто управляет этим заданием. Вам это не дано: попросите управляющего проекта.";

    SCOPE = "What it shows", "Что видно";
    SCOPE_STATUS = "Status", "Статус";
    SCOPE_LOG = "Status and log", "Статус и лог";
    SCOPE_LOG_HINT = "The log is shown as it is written: whatever the job prints, secrets too.", "Лог виден таким, каким пишется: всё, что печатает задание, в том числе секреты.";
    LIFE = "It lives for", "Действует";
    LIFE_HOUR = "1 hour", "1 час";
    LIFE_DAY = "1 day", "1 день";
    LIFE_WEEK = "7 days", "7 дней";
    LIFE_MONTH = "30 days", "30 дней";
    NOTE = "Note", "Заметка";
    NOTE_HINT = "Seen by those who manage the job, never by visitors.", "Видна тем, кто управляет заданием, посетителям никогда.";
    FIELDS = "Show also", "Показать ещё";
    FIELD_OWNER = "Owner", "Владелец";
    FIELD_PROJECT = "Project", "Проект";
    FIELD_IMAGE = "Image", "Образ";
    FIELD_PRESET = "Preset", "Пресет";
    FIELD_DESCRIPTION = "Description", "Описание";
    FIELD_TAGS = "Tags", "Теги";
    MAKE = "Make a link", "Создать ссылку";

    MADE = "The link is ready. It is shown only now: copy it.", "Ссылка готова. Она показана только сейчас: скопируйте её.";
    ADDRESS = "Link", "Ссылка";
    COPY_ADDRESS = "Copy the link", "Скопировать ссылку";
    QR = "QR code of the link", "QR-код ссылки";
    BADGE = "Status badge", "Значок статуса";
    BADGE_MARKDOWN = "Badge for Markdown", "Значок для Markdown";
    COPY_BADGE = "Copy the badge", "Скопировать значок";
    ANOTHER = "Make another", "Создать ещё";

    PAGE = "Links", "Ссылки";
    OF_JOB = "Links of this job", "Ссылки этого задания";
    MINE = "Mine", "Мои";
    WHOLE_CLUSTER = "All of the cluster", "Все ссылки кластера";
    SCOPES = "Which links", "Какие ссылки";
    NONE = "No links", "Ссылок нет";
    NONE_TEXT = "Open a job and choose “Share status link” to show its status to people without an account.", "Откройте задание и выберите «Поделиться ссылкой на статус», чтобы показать его статус людям без учётной записи.";
    NONE_OF_JOB = "No link is live.", "Действующих ссылок нет.";
    FAILED = "The links could not be read", "Не удалось прочитать ссылки";
    BY = "by {author}", "от {author}";
    ENDS_IN = "ends in {time}", "действует ещё {time}";
    LAST_VIEW = "last {ago}", "последний {ago}";
    MORE = "Show more", "Показать ещё";
    SELECT = "Select the link of {name} by {author}", "Выбрать ссылку на {name} от {author}";
    SELECT_ALL = "Select all", "Выбрать все";
    REVOKE = "Revoke", "Отозвать";
    REVOKE_ONE_LABEL = "Revoke the link of {name} by {author}", "Отозвать ссылку на {name} от {author}";
    REVOKE_SELECTED = "Revoke selected", "Отозвать выбранные";
    REVOKE_TEXT = "Whoever has it sees nothing any more, at once. It cannot be brought back; a new link can be made.", "Кто её знает, сразу перестанет что-либо видеть. Вернуть её нельзя, но можно создать новую.";
    ALSO_SHOWS = "also: {fields}", "а также: {fields}";
}

crate::i18n::plurals! {
    VIEWS = ["{n} view", "{n} views"], ["{n} просмотр", "{n} просмотра", "{n} просмотров"];
    REVOKE_TITLE = ["Revoke {n} link?", "Revoke {n} links?"], ["Отозвать {n} ссылку?", "Отозвать {n} ссылки?", "Отозвать {n} ссылок?"];
    REVOKED = ["{n} link is revoked.", "{n} links are revoked."], ["{n} ссылка отозвана.", "{n} ссылки отозваны.", "{n} ссылок отозвано."];
    MISSING = ["{n} link was not there any more.", "{n} links were not there any more."], ["{n} ссылки уже не было.", "{n} ссылок уже не было.", "{n} ссылок уже не было."];
    CHOSEN = ["{n} selected", "{n} selected"], ["{n} выбрана", "{n} выбраны", "{n} выбрано"];
}
