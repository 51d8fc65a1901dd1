//! The frame around every page.

crate::i18n::phrases! {
    APP = "Roadstead", "Roadstead";
    SKIP = "Skip to content", "К содержанию";
    MAIN_NAV = "Main", "Основное";
    JOBS = "Jobs", "Задания";
    IMAGES = "Images", "Образы";
    AUDIT = "Audit", "Аудит";
    SHARES = "Shared", "Доступ";
    PEOPLE = "People", "Люди";
    PROJECT = "Project {project}", "Проект {project}";
    LANGUAGE = "Language", "Язык";
    THEME = "Theme", "Тема";
    THEME_SYSTEM = "As the system", "Как в системе";
    THEME_LIGHT = "Light", "Светлая";
    THEME_DARK = "Dark", "Тёмная";
    ACCOUNT = "Account", "Учётная запись";
    LINKS = "Links to job status", "Ссылки на статус";
    SIGN_OUT = "Sign out", "Выйти";
    SIGNED_OUT_TOAST = "You are signed out.", "Вы вышли.";
    KEYS = "Keyboard shortcuts", "Горячие клавиши";
    WHERE = "{org} / {project} on {cluster}", "{org} / {project}, кластер {cluster}";
    WHERE_NO_ORG = "{project} on {cluster}", "{project}, кластер {cluster}";
    OFFLINE = "You are offline. What you see may be old; it will catch up by itself.", "Нет сети. Данные могли устареть; они обновятся сами.";
    NOT_FOUND = "There is no such page", "Такой страницы нет";
    NOT_FOUND_TEXT = "The address may be mistyped, or what was here is gone.", "Возможно, в адресе опечатка или того, что здесь было, больше нет.";
    TO_JOBS = "Go to jobs", "К заданиям";
    NOTIFICATIONS = "Notifications", "Уведомления";
    KEY_HELP = "Show this help", "Показать эту справку";
    KEY_NEW = "New job", "Новое задание";
    KEY_FILTER = "Filter jobs", "Фильтр заданий";
    KEY_MOVE = "Next / previous job", "Следующее / предыдущее задание";
    KEY_OPEN = "Open the job", "Открыть задание";
    KEY_SELECT = "Select the job", "Выбрать задание";
    KEY_JOBS = "Go to jobs", "К заданиям";
    KEY_IMAGES = "Go to images", "К образам";
    KEY_FILTER_IMAGES = "Filter images", "Фильтр образов";
    KEY_MOVE_IMAGES = "Next / previous image", "Следующий / предыдущий образ";
    KEY_OPEN_IMAGE = "Open the image", "Открыть образ";
    KEYS_IMAGES = "On the images list", "В списке образов";
    KEYS_JOBS = "On the jobs list", "В списке заданий";
    KEYS_ANYWHERE = "Anywhere", "Везде";
    START_FAILED = "The console cannot reach its server", "Консоль не может связаться с сервером";
}
