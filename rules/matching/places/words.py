"""Words around a name that say what it names and what part it plays, in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from rules.language.text import Token, arabic_norm, latin_norm
from rules.matching.places.gazetteer import PlaceKind


def _words(text: str) -> frozenset[str]:
    return frozenset(
        arabic_norm(word) if word > "\u0600" else latin_norm(word) for word in text.split()
    )


# What kind of place a name is of that follows (in English also one that goes before it).
_KINDS: tuple[tuple[str, tuple[PlaceKind, ...]], ...] = (
    (
        "محافظة ولاية إقليم مقاطعة إمارة محافظتي ولايتي province governorate state region "
        "gouvernorat wilaya oblast county",
        ("adm1", "region", "adm2"),
    ),
    (
        "مديرية قضاء ناحية منطقة محلية مركز district locality sous-préfecture cercle subdistrict",
        ("adm2", "town", "neighbourhood", "adm1", "region"),
    ),
    (
        "مدينة مدينتي بلدة بلدتي قرية قريتي عاصمة city town village ville capital capitale commune",
        ("town", "adm2"),
    ),
    ("مخيم مخيمي مخيمات camp camps", ("camp", "town")),
    ("معبر منفذ معبري بوابة crossing terminal poste-frontière", ("crossing",)),
    (
        "مستشفى مستشفيي مستشفيات مستشفيين مشفى مشفي مجمع hospital hôpital clinic clinique",
        ("hospital",),
    ),
    (
        "حي حيي أحياء ضاحية حارة neighbourhood neighborhood suburb quartier banlieue",
        ("neighbourhood", "town"),
    ),
    ("ميناء مطار سد جسر سجن port airport dam prison aéroport barrage", ("site",)),
    (
        "جزيرة جزر جبل وادي سهل ريف ساحل island mount valley île",
        ("region", "adm1", "site"),
    ),
    ("دولة جمهورية مملكة سلطنة republic kingdom", ("country",)),
)
KIND_WORDS: Mapping[str, tuple[PlaceKind, ...]] = {
    word: kinds for text, kinds in _KINDS for word in _words(text)
}

# Parts of a place, and what holds people or things of it: what they name is where it is.
PARTS = _words(
    "في داخل وسط شمال شمالي جنوب جنوبي شرق شرقي غرب غربي قرب قبالة جوار محيط ضواحي أنحاء مناطق "
    "أطراف ريف بأنحاء حول سواحل ساحل شواطئ سماء أراضي وسطي جنوبي أجزاء عموم كامل مدن بلدات قرى "
    "أحياء شوارع مخيمات محافظات ولايات مستشفيات مستشفى مدارس أسواق سكان أهالي نازحي نازحو لاجئي "
    "أطفال نساء مرضى جرحى ضحايا مواطني مواطنو أهل أبناء مدنيي حرب أزمة كارثة مأساة مجاعة زلزال "
    "فيضانات حصار معاناة صراع نزاع قطاع سوق مطار ميناء شارع طريق مجزرة أزمات حروب عاصمة "
    "in inside near across around at throughout northern southern eastern western north south "
    "east west central within outside off of "
    "dans à au aux en près autour nord sud est ouest centre"
)
EVENTS = _words(
    "انفجار انفجارات تفجير تفجيرات تفجيري قصف يقصف تقصف قصفت غارة غارات مجزرة مجازر هجوم هجمات "
    "حصار "
    "يحاصر تحاصر استهداف يستهدف تستهدف استهدفت استهدف ضرب يضرب تضرب ضربت هز هزت يهز تهز اجتاح "
    "اجتاحت "
    "تجتاح معارك معركة اشتباكات أحداث فيضان سيول إعصار حريق حرائق عدوان العدوان قصفوا نازحو مأساة "
    "اقتحام يقتحم تقتحم اقتحمت مداهمة إخلاء تهجير كوليرا وباء جوع تجويع أزمات تشهد شهدت تعيش يعيش "
    "تعاني يعاني عانت اجتياح دمار تدمير بلدات سقوط تحرير "
    "explosion explosions bombing bombings blast blasts shelling strike strikes hit hits hitting "
    "struck siege besieged attack attacks flooding floods earthquake quake war fighting shakes "
    "rocks "
    "outbreak cholera famine crisis explosion attentat attentats siège attaque séisme guerre "
    "frappe "
    "frappent combats inondations"
)
# Only a place is besieged: whatever stands behind these, or behind «الحصار عن», is one.
SIEGES = _words(
    "حصار الحصار محاصرة يحاصر يحاصرون تحاصر حاصر حاصرت حاصروا siege sieges besieged besiege "
    "besieges besieging siège assiège assiègent assiégée"
)
AGAINST = _words("على عن of on around de d sur")
# "An attack on Kyiv", «هجوم روسي كبير على كييف»: it is where they strike.
ON = _words("على on against sur contre")
ASSAULTS = EVENTS | _words(
    "assault assaults raid raids offensive assaut bombardement bombardements raids"
)
# Camps are called after the people who live in them, mostly abroad.
CAMPS = _words("مخيم مخيمي مخيمات camp camps refugee")
WARS = _words("حرب حروب مجازر جرائم war wars guerre")
PAPERS = _words("تايمز بوست تريبيون هيرالد غازيت times post tribune herald gazette")
IN = _words("في داخل بداخل وسط in inside at across within throughout dans à au aux en")
NORTH = _words(
    "شمال شمالي جنوب جنوبي شرق شرقي غرب غربي وسط northern southern eastern western north south "
    "east west central nord sud est ouest centre"
)
# Titles and words of kin before a person's name.
PERSON_BEFORE = _words(
    "السيد الرئيس الشيخ الدكتور د الأستاذ العميد العقيد اللواء الفريق المقدم الرائد النقيب "
    "الملازم القائد الوزير النائب السفير المهندس الحاج الأمير الملك الإمام الشهيد الطفل الطفلة "
    "الشاب الفتاة المواطن المدعو الزميل الصحفي المصور المسعف الممرض أبو أبي أبا أم بن ابن بنت "
    "آل محمد أحمد حسن حسين عبد محمود خالد سعيد mr mrs ms dr president minister general "
    "colonel captain sheikh prince king queen pope michael mme m"
)
# What bears a country's or a town's name and is elsewhere: hospitals, streets, schools.
THINGS = _words(
    "مستشفى المستشفى مشفى المشفى مدرسة مدارس جامعة شارع طريق دوار ميدان ساحة مسجد جامع كنيسة "
    "فندق ملعب جسر برج بنك مصرف صالة قاعة كلية معهد مجمع مؤسسة جمعية مركز عيادة "
    "hospital street school university mosque hotel road avenue bank hôpital rue école "
    "université mosquée hôtel"
)
# Who publishes or speaks and is named after a place.
PUBLISHERS = _words(
    "صحيفة جريدة وكالة قناة موقع إذاعة تلفزيون مجلة شبكة راديو نادي فريق منتخب كأس دوري بطولة "
    "newspaper daily agency channel radio club team journal chaîne agence quotidien"
)
# Without "siège": it is read as the English "siege", and a besieged town is no speaker's seat.
INSTITUTIONS = _words(
    "وزارة وزير وزيرة متحدث المتحدث متحدثة المتحدثة ناطق الناطق مسؤول مسؤولة مسؤولون مسؤولين "
    "مسؤولو محافظ حاكم حكومة سلطات شرطة مصدر مصادر مراسل مراسلة مراسلنا مكتب سفارة سفير قنصل "
    "منسق منسقة ممثل ممثلة هيئة نقيب نقيبة داخلية خارجية برلمان مجلس محكمة مقر مقره مقرها "
    "مبعوث مندوب شهود أنباء إعلام رئاسة رئيس "
    "ministry minister spokesman spokeswoman spokesperson official officials police embassy "
    "ambassador correspondent government authorities reporter based office headquarters governor "
    "ministère ministre porte-parole responsable responsables ambassade gouvernement autorités "
    "correspondant gouverneur"
)
SPEECH = _words(
    "قال قالت وقال وقالت أعلن أعلنت ذكر ذكرت أفاد أفادت أكد أكدت صرح صرحت أوضح أوضحت حذر حذرت "
    "أضاف أضافت كشف كشفت نقل نقلت أشار أشارت يقول تقول يؤكد تؤكد يعلن تعلن تفيد قالوا "
    "said says told warned announced reported added according déclaré dit affirmé annoncé "
    "averti indiqué selon "
    "نفى نفت ينفي تنفي تدين دانت أدانت denies denied deny rejects rejected condemns condemned "
    "dément démenti nie condamne rejette"
)
COMPLEMENTIZER = _words("إن أن بأن إنه إنها أنه أنها إنهم أنهم بأنه بأنها عن that que")
# Talks, visits, meetings: where they are held is not where it happens.
TALKS = _words(
    "وفد وفدا وفده وفدها وفود محادثات مباحثات مفاوضات المفاوضات المحادثات المباحثات اجتماع "
    "اجتماعات مؤتمر قمة جلسة لقاء "
    "زيارة جولة استضافة تستضيف استضافت يستضيف ستستضيف ستستضيفان تستضيفه تستضيفها وساطة منتدى "
    "عقد عقدت عقدها عقده يعقد تعقد ستعقد انعقاد "
    "ندوة مظاهرة مظاهرات تظاهرة محاكمة اتفاق اتفاقية بيان خطاب كلمة "
    "talks negotiations meeting summit conference visit hosted hosts host mediation forum "
    "pourparlers négociations réunion sommet conférence visite accueille accueillera forum"
)
FLIGHT = _words(
    "نزح نزحوا نزوح فر فروا فرار هرب هربوا هروب لجأ لجأوا لجوء لجؤوا توجه توجهوا متوجه متوجها "
    "متوجهة متجه متجها متجهة "
    "سافر سفر انتقل انتقلوا غادر غادروا مغادرة طريقهم طريقه طريقها وصلوا عبروا "
    "دخول الدخول للدخول يدخلون دخلوا "
    "عبور الفرار النزوح اللجوء الهروب رحلة ترحيل رحلوا "
    "fled flee fleeing travel travelled crossed heading bound arrived fui fuient fuir réfugiés "
    "arrivés traversé"
)
CARRIED = _words(
    "نقل نقلت نقلوا نقلهم نقله نقلها نقلتهم ينقل ينقلون تنقل إسعاف إسعافه إسعافهم إجلاء إجلاؤهم "
    "أجلي أجلوا إخلاء علاج العلاج وصول وصل وصلت أحيل تحويل أسعف نقلا ونقلوا ونقل ونقلت ونقلهم "
    "taken transferred evacuated transported rushed treated treatment transférés transportés "
    "évacués soignés hospitalisés"
)
PATIENTS = _words(
    "جرحى الجرحى مصابين المصابين مصابون المصابون مصابو جريح جريحا مرضى المرضى مريض جثامين جثث "
    "جثمان شهداء ضحايا إصابات مصاب مصابا الضحايا الشهداء القتلى قتلى مدنيين أطفال "
    "wounded injured patients victims bodies casualties blessés patients victimes corps"
)
AID = _words(
    "مساعدات المساعدات مساعدة قافلة قوافل شاحنات شاحنة إغاثة إغاثية معونة معونات وقود أدوية دواء "
    "غذاء غذائية لقاح لقاحات طحين دقيق سفينة مؤن إمدادات aid relief convoy trucks supplies food "
    "fuel vaccines aide convoi camions vivres secours carburant"
)
FROM = _words("من from depuis du de")
TO = _words("إلى الى نحو باتجاه صوب to towards toward vers into")
COMING = _words(
    "قادم قادما قادمة قادمين قادمون عائد عائدا عائدين عائدون عاد عادوا يعود تعود وصل وصلت وصلوا "
    "انطلق انطلقت "
    "أقلع أقلعت جاء جاءت غادر غادرت شحنة مقدمة مرسلة أطلقت إطلاق أطلق قدموا "
    "يقل تقل يقلهم تقلهم "
    "coming arriving arrived departed launched carrying arrivés venus parti lancés transportant"
)
WEAPONS = _words(
    "مقذوفات مقذوف قذائف قذيفة صواريخ صاروخ طائرات مسيرات مسيرة رصاص نيران قصف "
    "rockets rocket missiles missile shells drones roquettes missiles obus drones"
)
LOCAL = _words(
    "محافظ حاكم والي قائممقام بلدية عمدة مدير مديرة شرطة إسعاف دفاع نقيب محلي محلية صحة مستشفى "
    "مستشفيات governor mayor police local gouverneur maire locales locaux"
)
# What may stand between a place and the larger one that it lies in: «حي الرمال وسط مدينة غزة».
LYING = (
    IN
    | NORTH
    | _words(
        "التابعة التابع الواقعة الواقع القريبة القريب قرب قرية بلدة مدينة محافظة منطقة ولاية إقليم "
        "مديرية قضاء ناحية مقاطعة عاصمة العاصمة من ب ل الى بمحافظة أقصى أطراف ضواحي أحياء محيط "
        "near of the city town province governorate region state district de la du le ville "
        "province "
        "région"
    )
)
# What talks are about: behind it stands where it happens, no longer where they talk.
ABOUT = _words(
    "بشأن لبحث حول لوقف وقف إطلاق النار حرب الحرب هدنة الهدنة لإنهاء إنهاء أزمة قضية ملف "
    "about on over ceasefire truce war end cessez-le-feu trêve guerre"
)
LEFT = _words("غادر غادرت غادروا يغادر تغادر يغادرون مغادرة left leaving quitté quittent")
DISTANCE = _words("كلم كم كيلومتر كيلومترا كيلومترات ميل ميلا km kilometres kilometers miles "
                  "kilomètres")  # fmt: skip
BORDER = _words(
    "حدود الحدود الحدودية حدودها المتاخمة المجاورة القريبة المحاذية تقابل يقابل المقابلة "
    "المقابل قريبة قريب القريب الفاصلة "
    "border borders bordering neighbouring neighboring frontière frontières frontalière voisin"
)
WITH = _words("مع من ل with de avec")
# Words of those who do it; a people's name beside them says who, not where.
AGENTS = _words(
    "جيش قوات الجيش القوات احتلال الاحتلال غارة غارات قصف طيران طائرات طائرة مسيرة صواريخ عدوان "
    "حكومة رئيس وزير وزارة خارجية الحكومة الرئيس مسؤول إعلام وسائل صحيفة شبكة موقع قناة وكالة جنود "
    "جندي سلطات استخبارات مبادرة إدارة دبلوماسي مدفعية مروحية سفير ضربات هجوم هجمات آليات "
    "عملية توغل اقتحام دبابات حرب الهجوم القصف العدوان الغارات منظمة شركة بارجة زوارق "
    "army forces troops strike strikes airstrike airstrikes government minister military jets "
    "drone drones officials president foreign warplanes soldiers armée forces frappe frappes "
    "gouvernement militaire soldats bombardement raids"
)
PLACE_NOUNS = _words(
    "محافظة ولاية إقليم مقاطعة مدينة بلدة قرية منطقة عاصمة العاصمة أراضي الأراضي حدود مخيم جزيرة "
    "سواحل ساحل بلاد البلدة المدينة القرية المنطقة الحدود مدن قرى بلدات مناطق ضاحية محافظات "
    "السواحل المياه مياه "
    "city town village region province capital territory territories coast border village ville "
    "capitale région territoire côte frontière"
)


def means(token: Token, words: frozenset[str]) -> bool:
    """Whether a word is one of some, also behind و، ف، ب، ل and the article."""
    norm = token.norm
    if norm in words:
        return True
    if token.script != "ar" or len(norm) < 4:
        return False
    return not words.isdisjoint(_bared(norm))


def kinds_of(token: Token) -> tuple[PlaceKind, ...]:
    """The kinds of place that a word like «مدينة» announces."""
    found = KIND_WORDS.get(token.norm)
    if found is None and token.script == "ar" and len(token.norm) > 2:
        found = next((KIND_WORDS[f] for f in _bared(token.norm) if f in KIND_WORDS), None)
    return found or ()


@lru_cache(maxsize=20_000)
def _bared(norm: str) -> tuple[str, ...]:
    forms = []
    if norm[0] in "وفبلك":
        forms.append(norm[1:])
        if norm[1:3] == "ال":
            forms.append(norm[3:])
        if norm[1] in "بلك":
            forms.append(norm[2:])
    if norm[:2] in ("ال", "لل"):
        forms.append(norm[2:])
    return tuple(forms)
