//! What is wrong with the name of an image.

crate::i18n::phrases! {
    NO_NAME = "Name the image, as in image:my-image:v1.", "Назовите образ, например image:my-image:v1.";
    DASH = "A name cannot begin with a hyphen.", "Имя не может начинаться с дефиса.";
    AMBIGUOUS = "“image:latest” has two meanings: write image:latest:TAG, or docker.io/library/image:latest.", "«image:latest» понимают двояко: пишите image:latest:ТЕГ или docker.io/library/image:latest.";
    NO_PROJECT = "After the cluster come the project and the name, as in image://CLUSTER/ORG/PROJECT/NAME.", "После кластера идут проект и имя: image://CLUSTER/ORG/PROJECT/NAME.";
    CLUSTER = "Between image:// and the next slash stands a cluster's name, without port, user or password.", "Между image:// и следующей косой чертой стоит имя кластера — без порта, пользователя и пароля.";
    OTHER_CLUSTER = "That names another cluster; you are in {cluster}.", "Это имя другого кластера; вы в кластере {cluster}.";
    SCHEME = "A reference has no scheme: leave out what stands before and with “://”.", "В ссылке на образ нет схемы: уберите «://» и то, что перед ним.";
    CHARACTER = "A name cannot hold “{char}”.", "В имени не бывает «{char}».";
    COMPONENT = "“{part}” will not do: lower-case Latin letters and digits, with single “.”, “_”, “__” or hyphens between them.", "«{part}» не подходит: строчные латинские буквы и цифры, между ними по одному «.», «_», «__» или дефисы.";
    HOST = "“{host}” is not a registry's host, as in registry.example.com:5000.", "«{host}» — не адрес реестра; пример: registry.example.com:5000.";
    TAG = "“{tag}” is not a tag: at most 128 Latin letters, digits, “_”, “.” and hyphens, not beginning with “.” or a hyphen.", "«{tag}» — не тег: до 128 латинских букв, цифр, «_», «.» и дефисов, в начале не «.» и не дефис.";
    DIGEST = "What stands after “@” is no digest, as in sha256: and 64 hexadecimal digits.", "После «@» стоит не дайджест: нужны sha256: и 64 шестнадцатеричные цифры.";
    NO_DIGEST = "A new image gets a tag; leave out “@” and what follows.", "Новому образу дают тег; уберите «@» и то, что за ним.";
    TOO_LONG = "A name has at most 255 characters.", "В имени не больше 255 символов.";
    NO_TAG = "Leave out the tag here.", "Здесь тег не нужен.";
    EXTERNAL = "That names an image of another registry; one of this platform begins with image:, as in image:my-image:v1.", "Это имя образа в другом реестре; образ этой платформы начинается с image:, например image:my-image:v1.";
    OWN = "This image is already on the platform.", "Этот образ уже на платформе.";
    SOURCE_EMPTY = "Say which image to copy.", "Укажите, какой образ скопировать.";
}
