//! Statuses, and the platform's reasons in plain words.

crate::i18n::phrases! {
    PENDING = "Pending", "Ожидает";
    SUSPENDED = "Suspended", "Приостановлено";
    RUNNING = "Running", "Работает";
    SUCCEEDED = "Succeeded", "Успешно";
    FAILED = "Failed", "Ошибка";
    CANCELLED = "Cancelled", "Отменено";
    UNKNOWN = "Unknown", "Неизвестно";

    WHY_CREATING = "Accepted; its container is about to be made.", "Принято; контейнер скоро будет создан.";
    WHY_SCHEDULING = "Waiting for a machine with enough room.", "Ждёт машину, где хватит места.";
    WHY_SCALING = "No machine has room; the cluster is adding one.", "Места нет; кластер добавляет машину.";
    WHY_PULLING = "The image is being fetched.", "Загружается образ.";
    WHY_CONTAINER_CREATING = "The image is here; the container is being made.", "Образ загружен; создаётся контейнер.";
    WHY_RESTARTING = "The process ended and is being started again.", "Процесс завершился и запускается снова.";
    WHY_ERR_PULL = "The image cannot be fetched. Check its name and tag, and whether you may read it.", "Образ не удаётся загрузить. Проверьте имя, тег и право на чтение.";
    WHY_BAD_IMAGE_NAME = "The image name is not valid.", "Недопустимое имя образа.";
    WHY_COLLECTED = "It could not start in time and was removed.", "Не удалось запустить вовремя; задание убрано.";
    WHY_OOM = "It used more memory than its preset allows and was stopped. Run it again with a larger preset.", "Израсходовано больше памяти, чем даёт пресет, и процесс остановлен. Запустите снова с бо́льшим пресетом.";
    WHY_CANNOT_RUN = "The container could not start its command. Check the command, the entrypoint and the working directory.", "Контейнер не смог запустить команду. Проверьте команду, точку входа и рабочий каталог.";
    WHY_ERROR = "The process ended with an error.", "Процесс завершился с ошибкой.";
    WHY_COMPLETED = "The process ended well.", "Процесс завершился успешно.";
    WHY_USER = "Somebody killed it.", "Задание остановил человек.";
    WHY_LIFE_SPAN = "Its life span ended.", "Срок жизни истёк.";
    WHY_QUOTA = "The quota or the credits ran out.", "Закончилась квота или кредиты.";
    WHY_SCALE_UP_FAILED = "The cluster could not add a machine for it.", "Кластер не смог добавить машину.";
    WHY_DISK = "A disk it needs is not available.", "Нужный диск недоступен.";
    WHY_LOST = "Its container disappeared.", "Контейнер исчез.";
    WHY_LOG_STALLED = "It runs on, but its new output cannot be stored, for want of room on the cluster's disk or another fault. The container engine keeps the output, and it appears here when that is mended.", "Задание работает, но его новый вывод не удаётся сохранить: на диске кластера нет места или другой сбой. Вывод пока хранит движок контейнеров; он появится здесь, когда сбой устранят.";
    WHY_ENGINE_AWAY = "The container engine does not answer; whether the process runs on is not known until it does.", "Движок контейнеров не отвечает; работает ли процесс, станет известно, когда он ответит.";
    WHY_ENGINE_FAILED = "The container engine could not start it, several times in a row.", "Движок контейнеров не смог запустить его несколько раз подряд.";
    WHY_CLUSTER = "Its cluster cannot be found.", "Кластер не найден.";
    WHY_RUNNING = "The process is running.", "Процесс работает.";
}
