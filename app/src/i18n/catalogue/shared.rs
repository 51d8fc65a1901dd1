//! The public page of a job, for whoever has a link to it.

crate::i18n::phrases! {
    NOTHING = "This link shows nothing", "По этой ссылке ничего нет";
    NOTHING_TEXT = "It has ended, was revoked, or never was. Ask whoever sent it for a new one.", "Она истекла, отозвана или её никогда не было. Попросите новую у того, кто её прислал.";
    FAILED = "The status could not be read", "Не удалось прочитать статус";
    TITLE = "Shared job", "Задание по ссылке";
    CREATED = "Created", "Создано";
    STARTED = "Started", "Запущено";
    FINISHED = "Ended", "Завершено";
    UNTIL = "This page is shared with you until {time}.", "Эта страница открыта вам до {time}.";
    LOG = "Log", "Лог";
    WAITING = "The status cannot be read right now. This page goes on by itself.", "Статус сейчас не прочитать. Страница продолжит сама.";
}
