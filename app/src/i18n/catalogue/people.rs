//! People, organisations and projects.

crate::i18n::phrases! {
    TITLE = "People", "Люди";
    FAILED = "The people cannot be shown", "Не удаётся показать людей";
    ORGS = "Organisations", "Организации";
    ORGS_FAILED = "The organisations cannot be shown", "Не удаётся показать организации";
    ORGS_NONE = "You belong to no organisation.", "Вы не состоите ни в одной организации.";
    ORG = "Organisation", "Организация";
    ORG_NAME = "New organisation", "Новая организация";
    NAME_HINT = "Lower-case letters, digits and single hyphens; at least 3.", "Строчные латинские буквы, цифры и одиночные дефисы; не меньше 3.";
    ORG_ADD = "Add organisation", "Добавить организацию";
    ORG_ADDED = "Organisation {name} is added.", "Организация {name} добавлена.";
    ORG_REMOVE = "Remove organisation", "Удалить организацию";
    ORG_REMOVE_TITLE = "Remove organisation {name}?", "Удалить организацию {name}?";
    ORG_REMOVE_TEXT = "Its members lose their places, and every grant on it goes. Only one without projects can be removed.", "Участники потеряют места, все права на неё исчезнут. Удалить можно только организацию без проектов.";
    ORG_REMOVED = "Organisation {name} is removed.", "Организация {name} удалена.";
    EVERYBODY = "Everybody on this cluster", "Все на этом кластере";
    EVERYBODY_ADMINS = "Only administrators see everybody on the cluster. The members of your organisations and projects stand on their pages.", "Всех на кластере видят только администраторы. Участники ваших организаций и проектов — на их страницах.";
    FILTER = "Filter by name", "Часть имени";
    PERSON = "Name", "Имя";
    PLACES = "Organisations", "Организации";
    AUDIT_LINK = "What they can reach", "Что доступно";
    AUDIT_OF = "What {user} can reach", "Что доступно пользователю {user}";
    NO_PLACE = "in no organisation", "ни в одной организации";
    YOUR_ROLE = "Your role", "Ваша роль";
    PROJECTS = "Projects", "Проекты";
    PROJECTS_FAILED = "The projects cannot be shown", "Не удаётся показать проекты";
    PROJECTS_NONE = "No projects that you may see.", "Нет проектов, которые вам видны.";
    PROJECT = "Project", "Проект";
    PROJECT_NAME = "New project", "Новый проект";
    PROJECT_ADD = "Add project", "Добавить проект";
    PROJECT_ADDED = "Project {name} is added.", "Проект {name} добавлен.";
    PROJECT_REMOVE = "Remove project", "Удалить проект";
    PROJECT_REMOVE_TITLE = "Remove project {name}?", "Удалить проект {name}?";
    PROJECT_REMOVE_TEXT = "Its members lose their places, and every grant on it goes. Only one without images, in which nothing runs, can be removed. Its jobs of the past are kept: members of a later project of this name would see them.", "Участники потеряют места, все права на него исчезнут. Удалить можно только проект без образов, где ничего не запущено. Прошлые задания остаются: их увидят участники нового проекта с тем же именем.";
    PROJECT_REMOVED = "Project {name} is removed.", "Проект {name} удалён.";
    PROJECT_FAILED = "The project cannot be shown", "Не удаётся показать проект";
    SETTINGS = "Settings", "Настройки";
    DEFAULT_ROLE = "New members become", "Новые участники получают роль";
    IS_DEFAULT = "Whoever joins the organisation joins this project", "Кто вступает в организацию, вступает и в этот проект";
    SETTINGS_SAVED = "The settings are saved.", "Настройки сохранены.";
    SAVE = "Save", "Сохранить";
    MEMBERS = "Members", "Участники";
    MEMBERS_FAILED = "The members cannot be shown", "Не удаётся показать участников";
    MEMBERS_NONE = "No members.", "Нет участников.";
    PLACES_NONE = "None.", "Нет.";
    MEMBER_ADD = "Add member", "Добавить участника";
    MEMBER_USER = "User name", "Имя пользователя";
    MEMBER_ROLE = "Role", "Роль";
    MEMBER_ROLE_OF = "Role of {user}", "Роль: {user}";
    MEMBER_ADDED = "{user} is now {role} of {place}.", "{user} теперь {role} в {place}.";
    MEMBER_CHANGED = "{user} is now {role} of {place}.", "{user} теперь {role} в {place}.";
    MEMBER_REMOVE = "Remove", "Исключить";
    MEMBER_REMOVE_LABEL = "Remove {user}", "Исключить {user}";
    MEMBER_REMOVE_TITLE = "Remove {user} from {place}?", "Исключить {user} из {place}?";
    MEMBER_REMOVE_TEXT = "{user} loses what the place allowed. What was granted to {user} on single things stays until it is revoked.", "{user} потеряет права, которые давало место. То, что {user} может отдельно, останется, пока это не отзовут.";
    MEMBER_REMOVED = "{user} is no longer a member of {place}.", "{user} больше не участник {place}.";
    PROJECT_READER = "sees everything in the project", "видит всё в проекте";
    PROJECT_WRITER = "also starts jobs and pushes images", "также запускает задания и отправляет образы";
    PROJECT_MANAGER = "also shares, and looks after members", "также делится и отвечает за участников";
    PROJECT_ADMIN = "as manager, and owns the project", "как manager, и владеет проектом";
    ORG_USER = "belongs to the organisation and sees who else does", "состоит в организации и видит остальных";
    ORG_MANAGER = "also manages its people and everything in it", "также управляет людьми и всем в ней";
    ORG_ADMIN = "as manager, and owns the organisation", "как manager, и владеет организацией";
    BACK = "People", "Люди";
    USER_MISSING = "Say who: a user name.", "Укажите имя пользователя.";
    NAME_MISSING = "Type a name.", "Введите имя.";
    PERSON_FAILED = "This person cannot be shown", "Не удаётся показать этого человека";
    ACTS = "Actions", "Действия";
    READS_LINKS = "nobody: reads the jobs that have links", "не человек: читает задания, на которые есть ссылки";
    READS_LINKS_REMOVE = "Links to jobs may show nothing until it is a member again.", "Ссылки на задания могут перестать открываться, пока его не вернут.";
}

crate::i18n::plurals! {
    COUNT = ["{n} person", "{n} people"], ["{n} человек", "{n} человека", "{n} человек"];
}
