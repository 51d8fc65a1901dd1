//! Units of time and size.

crate::i18n::phrases! {
    B = "B", "Б";
    KB = "kB", "кБ";
    MB = "MB", "МБ";
    GB = "GB", "ГБ";
    TB = "TB", "ТБ";
    KIB = "KiB", "КиБ";
    MIB = "MiB", "МиБ";
    GIB = "GiB", "ГиБ";
    TIB = "TiB", "ТиБ";
    SECOND = "s", "с";
    MINUTE = "min", "мин";
    HOUR = "h", "ч";
    DAY = "d", "д";
    JUST_NOW = "just now", "только что";
    AGO = "{time} ago", "{time} назад";
}

crate::i18n::plurals! {
    CORES = ["{n} core", "{n} cores"], ["{n} ядро", "{n} ядра", "{n} ядер"];
}
