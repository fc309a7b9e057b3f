"""What operators are told of a feed's health, in their language, through the outbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta

from bot.feeds.catalogue import Feed
from bot.feeds.fetch.outcome import FailureKind
from bot.polling.health import HealthNotice
from storage import chats, outbox
from storage.database import Connection
from storage.outbox import NewDelivery


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """`failure` names the last failure's kind, `detail` its words (English, with the facts)."""

    feed: Feed
    telling: HealthNotice
    failure: FailureKind | None = None
    detail: str | None = None
    quiet: timedelta | None = None


_HEADS: dict[str, dict[HealthNotice, str]] = {
    "ar": {
        "broken": "تعذّرت قراءة المصدر «{name}».",
        "silent": "المصدر «{name}» صامت منذ {quiet}، وهذا أطول من المعتاد بكثير.",
        "held": "المصدر «{name}» عرض فجأة مواد جديدة كثيرة. حُجزت، وستُراجع بعد دقائق ثم تُقبل.",
        "recovered": "عاد المصدر «{name}» إلى العمل.",
    },
    "en": {
        "broken": "The feed “{name}” cannot be read.",
        "silent": "The feed “{name}” has been silent for {quiet}, much longer than usual.",
        "held": "The feed “{name}” suddenly shows many new entries. They are held, looked at "
        "again in a few minutes and then taken.",
        "recovered": "The feed “{name}” works again.",
    },
    "fr": {
        "broken": "Le flux « {name} » est illisible.",
        "silent": "Le flux « {name} » est muet depuis {quiet}, bien plus que d'habitude.",
        "held": "Le flux « {name} » montre soudain beaucoup d'entrées nouvelles. Elles sont "
        "retenues, revues dans quelques minutes, puis acceptées.",
        "recovered": "Le flux « {name} » fonctionne de nouveau.",
    },
}
# What to do, by kind of failure; the facts follow in English.
_ADVICE: dict[str, dict[FailureKind, str]] = {
    "ar": {
        "address": "العنوان داخل شبكة خاصة: احذف المصدر، أو اسمح به في MARSAD_ALLOW_PRIVATE.",
        "dns": "اسم الخادم غير معروف: تحقّق من العنوان في feeds.yaml.",
        "connect": "الخادم لا يقبل الاتصال. يعيد مرصد المحاولة على فترات أطول.",
        "tls": "شهادة الخادم غير سليمة: تحقّق من ساعة هذا الجهاز، أو أبلغ الناشر.",
        "timeout": "الخادم بطيء جدًا. يعيد مرصد المحاولة على فترات أطول.",
        "dropped": "ينقطع الاتصال بالخادم. يعيد مرصد المحاولة على فترات أطول.",
        "too-large": "الملف كبير جدًا: استعمل قسمًا أصغر من موقع الناشر.",
        "redirect": "العنوان يحيل إلى غيره: ضع العنوان النهائي في feeds.yaml.",
        "challenge": "الموقع يطلب التحقق من أن الزائر إنسان: اطلب من الناشر السماح لمرصد.",
        "page": "العنوان صفحة وليس مصدر أخبار: ابحث عن عنوان RSS في الموقع.",
        "gone": "أغلق الناشر هذا المصدر: احذفه من feeds.yaml.",
        "missing": "لم يعد المصدر في هذا العنوان: ابحث عن عنوانه الجديد.",
        "refused": "الخادم يرفض مرصد: ابحث عن عنوان آخر، أو راسل الناشر.",
        "rate-limited": "الخادم يطلب التمهّل: زد interval_minutes.",
        "server": "خلل في خادم الناشر. يعيد مرصد المحاولة على فترات أطول.",
        "unreadable": "الملف ليس مصدر أخبار سليمًا: تحقّق من العنوان.",
    },
    "fr": {
        "address": "L'adresse est dans un réseau privé : retirez le flux, ou autorisez-la dans "
        "MARSAD_ALLOW_PRIVATE.",
        "dns": "Nom de serveur inconnu : vérifiez l'adresse dans feeds.yaml.",
        "connect": "Le serveur refuse la connexion. Marsad réessaie, moins souvent.",
        "tls": "Certificat invalide : vérifiez l'heure de cette machine, ou prévenez l'éditeur.",
        "timeout": "Le serveur est trop lent. Marsad réessaie, moins souvent.",
        "dropped": "La connexion se coupe. Marsad réessaie, moins souvent.",
        "too-large": "Le document est trop grand : prenez un flux plus étroit de cet éditeur.",
        "redirect": "L'adresse renvoie ailleurs : mettez l'adresse finale dans feeds.yaml.",
        "challenge": "Le site demande de prouver qu'on est humain : demandez à l'éditeur "
        "d'admettre Marsad.",
        "page": "L'adresse est une page et non un flux : cherchez l'adresse RSS du site.",
        "gone": "L'éditeur a fermé ce flux : retirez-le de feeds.yaml.",
        "missing": "Le flux n'est plus à cette adresse : cherchez la nouvelle.",
        "refused": "Le serveur refuse Marsad : cherchez une autre adresse, ou écrivez à l'éditeur.",
        "rate-limited": "Le serveur demande de la patience : augmentez interval_minutes.",
        "server": "Le serveur de l'éditeur est en panne. Marsad réessaie, moins souvent.",
        "unreadable": "Le document n'est pas un flux lisible : vérifiez l'adresse.",
    },
}


def notice_text(notice: FeedNotice, language: str) -> str:
    """The notice as plain text in "ar", "en" or "fr". It quotes the feed: escape it."""
    language = language if language in _HEADS else "en"
    quiet = format_timedelta(notice.quiet or timedelta(), locale=language)
    lines = [_HEADS[language][notice.telling].format(name=notice.feed.name, quiet=quiet)]
    if notice.telling == "broken":
        advice = _ADVICE.get(language, {}).get(notice.failure) if notice.failure else None
        lines += [line for line in (advice, notice.detail) if line]
    # The id is what the operator looks for in feeds.yaml.
    lines.append(f"feeds.yaml: {notice.feed.id}")
    return "\n".join(lines)


def queue_notice(db: Connection, notice: FeedNotice, now: datetime) -> None:
    """Put a notice for every operator into the outbox, in the poll's transaction."""
    # A feed that is held again and again is told of once a day.
    when = f"{now:%Y-%m-%d}" if notice.telling == "held" else now.isoformat()
    outbox.enqueue(
        db,
        [
            NewDelivery(
                alert_id=None,
                chat_id=chat.id,
                kind="notice",
                version=1,
                level="watch",
                not_before=now,
                text=notice_text(notice, chat.language),
                key=f"feed:{notice.feed.id}:{notice.telling}:{when}",
                state="paused" if chat.state == "paused" else "pending",
            )
            for chat in chats.operators(db)
        ],
    )
