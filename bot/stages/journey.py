"""Phrases of the way before the last mile, and the shades that the rules weigh: futures, doubts, sides.

Written as in the lexicon.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.stages.fold import letters

_PHRASES: dict[str, tuple[str, ...]] = {
    "handed": (
        r"hand(?:ed|ing)?[ -]?(?:over|off)? (?:to|from)|hand(?:ed)? over|handover|transferred to|tendered|given to",
        r"\bremis|transmis|confié|übergeben|übergabe|entregue (?:a|à|ao)\b|transferid|entregad\w+ a\b|transferit|consegnat\w+ a\w*\b|affidat",
        r"передан|передач|تسليم|سلم|인계|转交|交接|移交|引渡|交航|överlämn|przekaz|teslim|diserahkan|bàn giao|ส่งมอบ|נמסר|הועבר|सौंप|overgedragen|overhandigd",
    ),
    "leaving": (
        r"\bleaving\b|\ben partance|قيد (?:ال)?مغادرة|verlässt|\bdeixando|saindo d[oe] pa[ií]s|\bsaliendo|in partenza d|покидает|готовится покинуть",
    ),
    "from_linehaul": (
        r"from (?:the )?linehaul|干线转交|(?:du|depuis le) bureau de transport|من مكتب|간선.{0,6}에서",
    ),
    "awaiting_transit": (
        r"(?:awaiting|waiting for|wait for|pending) (?:for )?(?:the )?(?:transit|flight|departure|export|air transport|line)|ready for (?:flight|departure|export)",
        r"en attente (?:de|du) (?:vol|transit|départ|transport)|wartet auf (?:\w+ )?(?:weiterflug|abflug|transit|flug|ausreise)|(?:aguardando|esperando|a la espera del?|in attesa d[ei]l?) (?:o |el )?(?:voo|embarque|trânsito|vuelo|tránsito|volo|transito|partenza|salida)",
        r"ожида\w+ (?:вылет|отправк\w+ (?:за|из|в)|транзит|рейс)|بانتظار (?:ال)?(?:رحلة|عبور|مغادرة)|출발 ?대기|도착 ?대기|等待(?:航班|起飞|出口|装机|转运)|封发|直封|搭乗待ち|出発待ち|väntar på (?:flyg|transit|avgång)|oczekuj\w+ na (?:lot|wylot|tranzyt)|uçuş bekl|menunggu (?:penerbangan|transit)|chờ (?:bay|chuyến bay)",
    ),
    "local_company": (
        r"\b(?:local|domestic|destination|last[ -]?mile|final|delivery) (?:\w+ )?(?:carrier|courier|post\b|postal|delivery (?:company|partner|service|center|office)|partner|operator|logistics)|delivery carrier accepted|local facility",
        r"livraison locale|(?:transporteur|coursier|centre de livraison|société de livraison) locale?|lokale\w* (?:zustell|kurier|versand|paket|transport|liefer)\w*|zustell(?:dienst|zentrum|basis|partner)",
        r"(?:empresa de entrega|transportadora|centro de distribuição|empresa de reparto|transportista|mensajer\w+|empresa de mensajería|repartidor) (?:local|de destino)|(?:corriere|vettore|azienda di consegna) locale",
        r"местн\w+ (?:служб|курьер|перевоз|компан|почт|оператор|логист)\w*|(?:شركة|مركز) (?:ال)?(?:توصيل|شحن|بريد|توزيع) (?:ال)?محلي\w*|국내 ?택배|배송센터|末端|落地配|本地(?:快递|配送)|尾程|当地(?:快递|邮政|配送)",
        r"lokal[at]? (?:transportör|bud|leverant|distribut|leverans)\w*|lokaln\w+ (?:przewoź|kurier|firm)\w*|yerel (?:kargo|kurye|dağıt|teslim)\w*|kurir (?:lokal|setempat)|(?:đơn vị|hãng|công ty) (?:\w+ ){0,3}địa phương|lokale (?:bezorg|koerier|vervoer)\w*|חברת (?:ה)?(?:שילוח|משלוחים|הפצה) (?:ה)?מקומית|स्थानीय",
    ),
    "local_accept": (r"目的国/配送揽收|目的国sc|目的国(?:家)?(?:分拨|处理|分拣)",),
    "parcel_center": (r"parcel center|国外|境外|海外配送|배달국",),
    "destination_city": (
        r"(?:city|region|town|area) of (?:the )?(?:recipient|receiver|addressee|destination)|(?:recipient|receiver|addressee)(?:'s)? (?:city|town|region|area)|destination (?:city|region|area|town)",
        r"(?:ville|région) (?:de destination|du destinataire)|(?:ziel|empfänger)(?:stadt|region|ort)|(?:region|ort) des empfängers|cidade (?:de destino|do destinatário)|(?:ciudad|localidad|provincia) (?:de destino|del destinatario)|città di destinazione",
        r"(?:город|регион|насел[её]нн\w+ пункт)\w* (?:получател|назначени|адресат)\w*|مدينة (?:المستلم|الوجهة|المقصد)|(?:目的|收件|派件)(?:地)?城市|mottagarens (?:ort|stad)|miast\w+ (?:docelow|odbiorc)\w*|varış şehri|kota tujuan|tỉnh phát",
    ),
    "china_leg": (r"중국내|중국 내|within china|inside china|配送中各节点|china domestic",),
    "abroad_leg": (r"국외",),
    "zh_return_failed": (r"退货仓.*(?:失败|异常)",),
    "zh_in_out": (r"^[入出]库成功$|仓转交干线|^签收成功$",),
    "zh_pickup_hub": (r"自提分拨中心",),
    "zh_return_label": (r"^(?:海外cp出库|cp交出)$",),
    "sender_delivered": (
        r"deliver\w* (?:\w+ )?(?:back )?to (?:the )?(?:original )?(?:sender|shipper|seller|merchant)|(?:вручен|доставлен)\w* отправителю|(?:entregue|entregado) ao? remetente|entregado al remitente|livree? (?:a l'expediteur|au vendeur)|dem absender (?:zugestellt|übergeben)|an (?:den )?absender (?:zugestellt|übergeben|ausgeliefert)|consegnat\w al mittente",
    ),
    "released": (
        r"releas|no longer|lifted|libéré|freigegeben|liberad|rilasciat|выпущен|افراج|放行|해제|解除|frisläppt|zwolnion",
    ),
    "resolved": (
        r"resolved|solved|\bfixed\b|résolu|behoben|gelöst|resuelt|resolvid|risolt|устран|решен|解决|解決|해결|löst\b|rozwiąz|çözüldü|teratasi",
    ),
    "address_change": (
        r"address (?:\w+ ){0,3}?(?:changed?|updated?|corrected|modified|amended)|new (?:delivery )?address|redirect(?:ed|ion)|forwarded to (?:a |the )?new|(?:chang|updat|correct|modif)\w+ (?:of )?(?:the |your )?(?:delivery |recipient |shipping )?address",
        r"adresse .{0,30}(?:modifi|chang|mise? à jour|corrig|geändert|aktualisiert|korrigiert)|changement d'adresse|réexpédi|adressänderung|umgeleitet|neue adresse",
        r"endereço .{0,30}(?:alterad|atualizad|corrigid|modificad)|alteração (?:de|do) endereço|dirección .{0,30}(?:modificad|cambiad|actualizad|corregid)|cambio de dirección|indirizzo .{0,30}(?:modificat|aggiornat|cambiat|corrett)|reindirizzat",
        r"адрес\w* .{0,20}(?:измен|обновл)|(?:измен|смен)\w+ (?:\w+ )?адрес|переадрес|досыл|(?:تغيير|تحديث|تعديل) .{0,15}عنوان|주소 ?(?:변경|수정)|更新.{0,10}地址|地址.{0,4}(?:变更|更新|修改)|改址|住所変更|転送(?:先|届)",
        r"adress.{0,20}(?:ändrad|uppdater)|eftersänd|zmian\w* adres|adres.{0,20}zmien|przekierowan|adres.{0,20}(?:değişt|güncel|gewijzigd|aangepast)|alamat.{0,20}(?:diubah|diperbarui|diganti)|(?:đổi|cập nhật|thay đổi) địa chỉ|เปลี่ยนที่อยู่|כתובת .{0,15}(?:שונת|עודכנ)",
    ),
    "collected_by_customer": (
        r"(?:received|collected|picked up|pickuped) (?:\w+ ){0,3}by (?:the |its |a )?(?:customer|recipient|addressee|receiver|consignee|buyer)|(?:customer|recipient|addressee|receiver|consignee|buyer) (?:has )?(?:collected|picked up|received)",
        r"(?:reçu|retiré|récupéré)e? par (?:le |la |son |votre )?(?:destinataire|client)|(?:vom|durch den|von) (?:\w+ )?(?:empfänger|kunden) (?:\w+ )?(?:abgeholt|entgegengenommen)|(?:retirad|recebid|recibid|recogid|levantad)[oa] p(?:elo|ela|or el|or la|or) (?:destinatári|destinatario|cliente|comprador)\w*|ritirat[oa] dal (?:destinatario|cliente)",
        r"(?:получен|выдан|забран)[аоы]? (?:адресат|получател|клиент|покупател)\w*|(?:استلم\w*|استلام\w*) (?:\w+ )?(?:من قبل |بواسطة )?(?:العميل|المستلم|الزبون)|(?:고객|수취인|수령인|본인) ?수령",
        r"(?:用户|客户|收件人|本人|买家)(?:已)?(?:签收|提取|取件|取走)|已取(?:出|走)|hämtat av mottagaren|mottagaren har hämtat|opgehaald door (?:de )?(?:ontvanger|klant)|odebran[aoy] przez (?:odbiorcę|klienta|adresata)|alıcı tarafından teslim alındı|diambil oleh penerima|נאסף על ידי (?:ה)?(?:לקוח|נמען)",
    ),
    "pickup_bare": (
        r"^(?:awaiting|waiting for|ready for|pending|available for) (?:customer )?(?:pickup|collection)$",
    ),
    "carrier_pickup": (
        r"aguardando coleta|(?:pickup|collection) (?:\w+ )?(?:scheduled|requested|arranged)|픽업 ?준비|픽업준비|ожидает забора|待揽收|等待揽收",
    ),
    "on_the_way": (
        r"on (?:the|its|their) way|en route|heading|in transit|forward(?:ed|ing) to|transferr?(?:ed|ing) to|transport(?:ed|ing) to|sent to|unterwegs|auf dem weg|en camino|a caminho|en chemin|в пути|направл|отправлен|في الطريق|이동|运往|发往|送往|på väg|onderweg|w drodze|yolda",
    ),
    "future_hard": (
        r"\bwill\b|'ll\b|\bto be\b|going to|\bsoon\b|schedul|expected|estimat|planned|tomorrow|shortly|appointment|next (?:business |working )?day",
        r"\bsera\b|\bseront\b|\bprevue?\b|bientot|demain|rendez[ -]vous|va etre|doit etre|geplant|voraussichtlich|\bmorgen\b|in kurze|terminier",
        r"\bserao?\b|previst|previsao|em breve|amanha|agendad|manana|programad|va a ser|\bsara\b|verra|domani|a breve|programmat|\bбудет\b|\bбудут\b|запланир|завтра|скоро|سيتم|سوف|قريبا|غدا|متوقع",
        r"예정|예상|곧 |내일|将|预计|即将|明天|预约|予定|まもなく|明日|kommer att|\bsnart\b|imorgon|i morgon|planera|zostanie|bedzie|planowan|wkrotce|jutro|\bzal\b|verwacht|gepland|binnenkort|edilecek|yakinda|planlan|\byarin\b|bekleniyor|\bakan\b|segera|besok|dijadwal|\bse duoc\b|du kien|ngay mai|จะ|กำหนด|พรุ่งนี้|יימסר|צפוי|בקרוב|מחר|होगी|जल्द",
    ),
    "today": (
        r"\btoday\b|aujourd|\bheute\b|\bhoje\b|\bhoy\b|\boggi\b|сегодня|اليوم|오늘|今天|今日|本日|\bidag\b|i dag\b|vandaag|dzis|bugün|hari ini|hôm nay|วันนี้|היום|आज",
    ),
    "doubt": (
        r"partial|part of|\bwrong|misdeliver|dispute|claim|investigat|not received|possibly|appears|may have|\bwithout\b|confirmation (?:pending|required)|unconfirmed|partiel|teilweise|parcial|parzial|частичн|جزئ|部分|误投|错投|delvis|częściow|gedeeltelijk|kısmi|sebagian",
    ),
    "handed_agent": (r"to (?:the )?(?:next|local|other|partner) ",),
    "batch_to_carrier": (r"batch deliver",),
    "pre_advice": (r"pre[ -]?shipment info(?:rmation)? sent|last[ -]?mile forecast|pre[ -]?alert",),
    "leaving_destination": (
        r"(?:departure|depart|departed|leaving|leave|left) from (?:the )?(?:country of destination|destination country)",
    ),
    "gateway": (
        r"international (?:gateway|mail|hub|transit|shipment|transport|dispatch|flight)|\bgmtc\b|\bgateway\b|国际运输|国际转运|международн",
    ),
}


def _compile(lines: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(letters(line) for line in lines))


PHRASES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {phrase: _compile(lines) for phrase, lines in _PHRASES.items()}
)
