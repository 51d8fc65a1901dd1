//! Pushing image archives.

crate::i18n::phrases! {
    TITLE = "Push images", "Отправка образов";
    DROP = "Drop image archives here, or choose files", "Перетащите сюда архивы образов или выберите файлы";
    DROP_HINT = "From docker save, podman save, skopeo or an OCI layout; plain, gzip or zstd. Nothing is sent before you say so.", "Из docker save, podman save, skopeo или OCI layout; без сжатия, gzip или zstd. Ничего не отправится без вашей команды.";
    LOOKING = "Looking into the file", "Читаем файл";
    UNPACKING = "Unpacking to look inside: {done} of {total}", "Распаковываем, чтобы прочитать: {done} из {total}";
    REMOVE_FILE = "Remove {name}", "Убрать {name}";
    FORM = "{form}, {size}", "{form}, {size}";
    COMPRESSED = "compressed with {outer}", "сжат {outer}";
    NOT_USABLE = "This file cannot be pushed", "Этот файл отправить нельзя";
    IMAGE_BROKEN = "This image cannot be pushed", "Этот образ отправить нельзя";
    NO_NAME = "An image without a name", "Образ без имени";
    PUSH_THIS = "Push {name}", "Отправить {name}";
    PUSH_FROM = "Push {name} from {file}", "Отправить {name} из {file}";
    NAME = "Name in the registry", "Имя в реестре";
    NAME_GOOD = "Goes to {uri}", "Станет {uri}";
    NAME_TWICE = "Two images cannot have the same name.", "У двух образов не может быть одного имени.";
    NAME_TAKEN = "This tag exists and will be replaced: it now stands for {digest}.", "Этот тег уже есть и будет заменён: сейчас он указывает на {digest}.";
    PROJECT = "Project", "Проект";
    COMPRESSION = "Compression", "Сжатие";
    COMPRESSION_HINT = "gzip is read by every engine. zstd is faster; Docker 23.0, containerd 1.5 and Podman 3.4 read it, and what is newer.", "gzip читают все движки. zstd быстрее; его читают Docker 23.0, containerd 1.5, Podman 3.4 и новее.";
    LAYERS = "Layers", "Слои";
    LAYER_KNOWN = "already in the registry", "уже в реестре";
    LAYER_AS_IS = "sent as it is", "отправится как есть";
    LAYER_FOREIGN = "not sent: stays at its own address", "не отправляется: остаётся по своему адресу";
    LEFT_BROKEN = "Without {platform}, which cannot be pushed: {why}", "Без {platform}, её отправить нельзя: {why}";
    LEFT_ABSENT = "Without {platforms}: not in the file.", "Без {platforms}: в файле этого нет.";
    LEFT_EXTRA = "Without attestations ({ids}): not in the file, or about the digest that the image had before.", "Без аттестаций ({ids}): их нет в файле, или они о прежнем дайджесте образа.";
    LEFT_FOREIGN = "Without foreign layers, which may not be uploaded: {layers}. Engines must fetch them from their own address.", "Без чужих слоёв, загружать которые нельзя: {layers}. Движок должен скачать их по их собственному адресу.";
    LEFT_NAME = "Without the name {name}: no image can have it.", "Без имени {name}: у образа такого быть не может.";
    TRAVELS = "At most {travel} of {size} will be sent.", "Будет отправлено не больше {travel} из {size}.";
    TRAVELS_NOTHING = "All layers are in the registry already: only the manifest will be sent.", "Все слои уже в реестре: отправится только манифест.";
    KNOWN_MISSING = "Which layers the registry has could not be asked for; they will be found while pushing.", "Не удалось узнать, какие слои уже есть в реестре; это выяснится при отправке.";
    CHANGED = "A push of a file of this name was begun, but the file has changed since. It begins anew.", "Отправка файла с таким именем начиналась, но файл с тех пор изменился. Она начнётся заново.";
    CAN_CONTINUE = "A push of this file to {target} was interrupted; it continues where it stopped.", "Отправка этого файла в {target} прервалась; она продолжится с того же места.";
    CAN_CONTINUE_AS = "A push of this file to {target} was interrupted. It continues only under that name and with {compression}; anything else begins anew.", "Отправка этого файла в {target} прервалась. Она продолжится, только если имя останется тем же, а сжатие — {compression}; иначе начнётся заново.";
    BEGINS_ANEW = "A push of this file to {target} was begun by an older console. It begins anew.", "Отправку этого файла в {target} начала прежняя версия консоли. Она начнётся заново.";
    START = "Push", "Отправить";
    START_NOTHING = "Choose at least one image.", "Выберите хотя бы один образ.";
    START_BAD_NAME = "Correct the names first.", "Сначала исправьте имена.";
    REGISTRY_FAILED = "The registry cannot be asked", "Не удаётся обратиться к реестру";

    UNFINISHED = "Interrupted", "Прерванные";
    UNFINISHED_HINT = "Choose the same file again to continue.", "Выберите тот же файл, чтобы продолжить.";
    UNFINISHED_ITEM = "{file} to {target}, {done} of {total} done", "{file} в {target}, готово {done} из {total}";
    FORGET_ITEM = "Forget the push of {file}", "Забыть отправку {file}";

    PREPARING = "Asking the registry what it has", "Узнаём, что уже есть в реестре";
    PUSHING = "Pushing", "Отправляем";
    PAUSED = "Paused", "Приостановлено";
    WAITING = "The network or the registry is away. It goes on by itself.", "Нет сети или реестра. Отправка продолжится сама.";
    VERIFYING = "Writing the manifest and reading it back", "Пишем манифест и проверяем чтением";
    PROGRESS = "Progress of the push", "Ход отправки";
    SENT = "{sent} sent", "отправлено {sent}";
    PACE_LEFT = "{speed}, {left} left", "{speed}, осталось {left}";
    SAID = "{percent} % pushed", "Отправлено {percent} %";
    TO = "To {target}", "В {target}";
    PAUSE = "Pause", "Приостановить";
    RESUME = "Continue", "Продолжить";
    CANCEL = "Cancel push", "Отменить отправку";
    CANCEL_ASK = "Cancel the push?", "Отменить отправку?";
    CANCEL_TEXT = "Layers that are half sent are thrown away; whole ones stay in the registry for a time, for another push. Pause it instead to continue later.", "Слои, отправленные не до конца, будут выброшены; целые ещё какое-то время останутся в реестре, для другой отправки. Чтобы продолжить позже, приостановите её.";
    FAILED = "The push stopped", "Отправка остановилась";
    NOTHING_TAGGED = "No tag was set or changed.", "Ни один тег не создан и не изменён.";
    TAGGED = "Pushed and verified before it stopped: {names}.", "До остановки отправлено и проверено: {names}.";
    TAG_DOUBTFUL = "May have been set: {names}. Its page shows what it stands for now.", "Возможно, тег создан или изменён: {names}. На его странице видно, что он значит теперь.";
    TRY_AGAIN = "Try again from where it stopped", "Повторить с места остановки";
    FILES_WAIT = "These files are kept until you choose files again: {names}.", "Эти файлы подождут, пока вы снова не будете выбирать файлы: {names}.";
    BACK = "Back to the files", "Назад к файлам";

    DONE = "Pushed and verified", "Отправлено и проверено";
    DIGEST = "Digest", "Дайджест";
    SIZE = "Size", "Размер";
    SKIPPED = "Layers", "Слои";
    SKIPPED_OF = "{skipped} of {layers} were there already", "{skipped} из {layers} уже были";
    MORE = "Push more", "Отправить ещё";
    MARK = "Push:", "Отправка:";
    MARK_PERCENT = "{percent} %", "{percent} %";
    MARK_FAILED = "stopped", "сбой";
    MARK_DONE = "done", "готово";

    LAYER_WAITING = "Waiting", "Ожидает";
    LAYER_PUSHING = "Pushing", "Отправляется";
    LAYER_PUSHED = "Pushed", "Отправлен";
    LAYER_EXISTS = "Layer already exists", "Слой уже есть";
    LAYER_MOUNTED = "Mounted from another image", "Взят из другого образа";
    PER_SEC = "{size}/s", "{size}/с";

    FAULT_NOT_AN_ARCHIVE = "This is no image archive.", "Это не архив образа.";
    FAULT_UTF16 = "This file was rewritten as text. PowerShell's > does that: use docker save -o FILE instead.", "Файл переписан как текст. Так делает > в PowerShell: используйте docker save -o ФАЙЛ.";
    FAULT_TRUNCATED = "The archive is cut off. Save or copy it again.", "Архив обрезан. Сохраните или скопируйте его заново.";
    FAULT_MALFORMED = "The archive is damaged.", "Архив повреждён.";
    FAULT_MISSING = "Something that the image needs is not in the archive.", "В архиве нет того, что нужно образу.";
    FAULT_DIGEST = "A layer's bytes are not what the image says: the archive is damaged. Nothing of it was pushed.", "Байты слоя не те, что записаны в образе: архив повреждён. Ничего не отправлено.";
    FAULT_FOREIGN = "A foreign layer may not be uploaded, and the image gives no address to fetch it from: no engine could run what was pushed. Save the image again with a tool that keeps the layer's URL.", "Чужой слой загружать нельзя, а адреса, откуда его взять, в образе нет: ни один движок не смог бы запустить такой образ. Сохраните образ заново инструментом, который сохраняет URL слоя.";
    FAULT_FILE_CHANGED = "The file changed on disk or can no longer be read. Choose it again.", "Файл на диске изменился или больше не читается. Выберите его снова.";
    FAULT_NO_ROOM = "The browser has no room to unpack this file. Unpack it yourself (gzip -d, zstd -d) and choose the tar.", "Браузеру не хватает места для распаковки. Распакуйте файл сами (gzip -d, zstd -d) и выберите tar.";
    FAULT_INSECURE = "Browsers unpack compressed files only on pages opened by HTTPS or as localhost. Open the console so, or unpack the file yourself (gzip -d, zstd -d) and choose the tar.", "Браузеры распаковывают сжатые файлы только на страницах, открытых по HTTPS или как localhost. Откройте консоль так или распакуйте файл сами (gzip -d, zstd -d) и выберите tar.";
    FAULT_WINDOW = "It was compressed with zstd --long, with a window that a browser has no memory for. Unpack it yourself (zstd -d --long=31), or compress it without --long.", "Сжато с zstd --long: на такое окно браузеру не хватает памяти. Распакуйте сами (zstd -d --long=31) или сожмите без --long.";
    FAULT_FORBIDDEN = "You may not push there. Ask for write permission, or choose another project.", "Сюда нельзя отправлять. Попросите право на запись или выберите другой проект.";
    FAULT_QUOTA = "The project has no room left. Delete images that are not needed, then try again; or cancel the push: layers that are half sent take room too.", "В проекте нет места. Удалите ненужные образы и повторите; или отмените отправку: слои, отправленные не до конца, тоже занимают место.";
    FAULT_SIGNED_OUT = "The session has ended. Sign in again, then continue.", "Сессия закончилась. Войдите снова и продолжите.";
    FAULT_UNREACHABLE = "The registry cannot be reached.", "Реестр недоступен.";
    FAULT_OTHER_TAB = "Another tab is pushing to this tag. Wait for it, then try again.", "Другая вкладка отправляет в этот тег. Дождитесь её и повторите.";
    FAULT_REFUSED = "The registry refused.", "Реестр отказал.";
    FAULT_NOT_VERIFIED = "What was read back is not what was sent: somebody else may have pushed to this tag.", "Прочитанное не совпало с отправленным: возможно, в этот тег отправил кто-то ещё.";
    FAULT_CANCELLED = "It was cancelled.", "Отправка отменена.";
    FAULT_BROKEN = "The workers of this page broke. What was sent is not lost; trying again starts new ones.", "Рабочие процессы страницы сломались. Отправленное не пропало; при повторе запустятся новые.";
}

crate::i18n::plurals! {
    LAYER_COUNT = ["{n} layer", "{n} layers"], ["{n} слой", "{n} слоя", "{n} слоёв"];
}
