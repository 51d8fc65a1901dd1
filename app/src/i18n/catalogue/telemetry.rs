//! Telemetry charts.

crate::i18n::phrases! {
    CPU = "CPU", "ЦП";
    MEMORY = "Memory", "Память";
    GPU = "GPU", "GPU";
    GPU_MEMORY = "GPU memory", "Память GPU";
    LIMIT = "limit {value}", "предел {value}";
    NOW = "now", "сейчас";
    PEAK = "peak {value}", "пик {value}";
    PENDING = "Telemetry begins when the job runs", "Телеметрия начнётся, когда задание запустится";
    FINISHED = "The job has ended", "Задание завершено";
    FINISHED_TEXT = "Telemetry is live only: the cluster keeps no history of it.", "Телеметрия идёт только вживую: кластер не хранит её истории.";
    NO_DATA = "No readings yet", "Показаний пока нет";
    NO_DATA_TEXT = "The first arrives within a few seconds.", "Первое придёт через несколько секунд.";
    STOPPED = "Live readings stopped; reconnecting.", "Показания прервались; переподключаемся.";
    CHART = "{name}, last {window}: now {now}, peak {peak}", "{name}, последние {window}: сейчас {now}, пик {peak}";
    AGO_AXIS = "−{time}", "−{time}";
    SEE_LOG = "Click a point to see the log of that second.", "Щёлкните по точке, чтобы увидеть лог этой секунды.";
    PERCENT = "{n} %", "{n} %";
}
