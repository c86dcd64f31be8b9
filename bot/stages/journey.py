"""Phrases of the way before the last mile, and the shades that the rules weigh: futures, doubts, sides.

Written as in concepts.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "handed": (
        r"hand(?:ed|ing)?[ -]?(?:over|off)? (?:to|from)|hand(?:ed)? over|handover|transferred to|tendered",
        r"given to",
        r"\bremis|transmis|confié|übergeben|übergabe|entregue (?:a|à|ao)\b|transferid|entregad\w+ a\b",
        r"transferit|consegnat\w+ a\w*\b|affidat",
        r"передан|передач|تسليم|سلم|인계|转交|交接|移交|引渡|交航|överlämn|przekaz|teslim(?!at)|diserahkan",
        r"bàn giao|ส่งมอบ|נמסר|הועבר|सौंप|overgedragen|overhandigd",
        r"引き渡|תועבר|entreg\w+ (?:em breve|pronto|manana|amanha) a\w?\b",
        r"passed (?:on )?to|\bgiven over to",
    ),
    "leaving": (
        r"\bleaving\b|\ben partance|قيد (?:ال)?مغادرة|verlässt|\bdeixando|saindo d[oe] pa[ií]s|\bsaliendo",
        r"in partenza d|покидает|готовится покинуть",
    ),
    "from_linehaul": (
        r"from (?:the )?linehaul|干线转交|(?:du|depuis le) bureau de transport|من مكتب|간선.{0,6}에서",
    ),
    "awaiting_transit": (
        r"(?:awaiting|waiting for|wait for|pending) (?:for )?(?:the )?(?:transit|flight|departure)",
        r"(?:awaiting|waiting for|wait for|pending) (?:for )?(?:the )?(?:export|air transport|line)",
        r"ready for (?:flight|departure|export)",
        r"en attente (?:de|du) (?:vol|transit|départ|transport)",
        r"wartet auf (?:\w+ )?(?:weiterflug|abflug|transit|flug|ausreise)",
        r"(?:aguardando|esperando) (?:o |el )?(?:voo|embarque|trânsito|vuelo|tránsito)",
        r"(?:a la espera del?|in attesa d[ei]l?) (?:o |el )?(?:voo|embarque|trânsito|vuelo|tránsito)",
        r"(?:aguardando|esperando) (?:o |el )?(?:volo|transito|partenza|salida)",
        r"(?:a la espera del?|in attesa d[ei]l?) (?:o |el )?(?:volo|transito|partenza|salida)",
        r"ожида\w+ (?:вылет|отправк\w+ (?:за|из|в)|транзит|рейс)|بانتظار (?:ال)?(?:رحلة|عبور|مغادرة)",
        r"출발 ?대기|도착 ?대기|等待(?:航班|起飞|出口|装机|转运)|封发|直封|搭乗待ち|出発待ち",
        r"väntar på (?:flyg|transit|avgång)|oczekuj\w+ na (?:lot|wylot|tranzyt)|uçuş bekl",
        r"menunggu (?:penerbangan|transit)|chờ (?:bay|chuyến bay)",
        r"(?:awaiting|waiting for) (?:the |its )?(?:plane|aircraft|vessel|train|next flight)",
    ),
    "local_company": (
        r"\b(?:local|domestic|destination) (?:\w+ )?(?:carrier|courier|post\b|postal)",
        r"\b(?:last[ -]?mile|final|delivery) (?:\w+ )?(?:carrier|courier|post\b|postal)",
        r"\b(?:local|domestic|destination) (?:\w+ )?(?:delivery (?:company|partner|service|center|office))",
        r"\b(?:last[ -]?mile|final|delivery) (?:\w+ )?(?:delivery (?:company|partner|service|center|"
        r"office))",
        r"\b(?:local|domestic|destination|last[ -]?mile|final|delivery) (?:\w+ )?(?:partner)",
        r"\b(?:local|domestic|destination|last[ -]?mile|final|delivery) (?:\w+ )?(?:operator|logistics)",
        r"delivery carrier accepted|local facility",
        r"livraison locale|(?:transporteur|coursier|centre de livraison|société de livraison) locale?",
        r"lokale\w* (?:zustell|kurier|versand|paket|transport|liefer)\w*",
        r"zustell(?:dienst|zentrum|basis|partner)",
        r"(?:empresa de entrega|transportadora) (?:local|de destino)",
        r"(?:centro de distribuição|empresa de reparto) (?:local|de destino)",
        r"(?:transportista|mensajer\w+|empresa de mensajería|repartidor) (?:local|de destino)",
        r"(?:corriere|vettore|azienda di consegna) locale",
        r"местн\w+ (?:служб|курьер|перевоз|компан|почт|оператор|логист)\w*",
        r"(?:شركة|مركز) (?:ال)?(?:توصيل|شحن|بريد|توزيع) (?:ال)?محلي\w*|국내 ?택배|배송센터|末端|落地配",
        r"本地(?:快递|配送)|尾程|当地(?:快递|邮政|配送)",
        r"lokal[at]? (?:transportör|bud|leverant|distribut|leverans)\w*|lokaln\w+ (?:przewoź|kurier|"
        r"firm)\w*",
        r"yerel (?:kargo|kurye|dağıt|teslim)\w*|kurir (?:lokal|setempat)",
        r"(?:đơn vị|hãng|công ty) (?:\w+ ){0,3}địa phương|lokale (?:bezorg|koerier|vervoer)\w*",
        r"חברת (?:ה)?(?:שילוח|משלוחים|הפצה) (?:ה)?מקומית|स्थानीय",
        r"delivery (?:agent|associate)",
        r"(?:courier|carrier|postal|delivery|logistics)\w*(?: company| partner| operator| service)? (?:of|"
        r"in|at) (?:the )?destination",
        r"місцев\w+ (?:служб|кур|пошт|перевіз)\w*",
        r"tendered to (?:the )?(?:final |local )?delivery",
        r"\b(?:to|by|an|au|aux|alla|alle|aan) (?:the )?(?:royal mail|correos\b(?! do)|poste italiane|"
        r"la poste|colissimo|deutsche post|postnl|bpost|canada post|australia post|new zealand post|"
        r"poczta polska|nova po(?:sh|s)hta|israel post|swiss post|austrian post|an post|postnord|posten|"
        r"posti|omniva|packeta|magyar posta|usps)\b|(?:поч(?:те|той) россии|новой почт|новій пошті|"
        r"укрпошт)",
        r"final[ -]mile (?:\w+ )?(?:carrier|courier|partner|operator|provider)",
        r"\bnational post\b|\b(?:dpd|gls|evri|hermes|inpost|postnl) depot",
    ),
    "local_accept": (r"目的国/配送揽收|目的国sc|目的国(?:家)?(?:分拨|处理|分拣)",),
    "parcel_center": (r"parcel center|国外|境外|海外配送|배달국",),
    "destination_city": (
        r"(?:city|region|town|area) of (?:the )?(?:recipient|receiver|addressee|destination)",
        r"(?:recipient|receiver|addressee)(?:'s)? (?:city|town|region|area)",
        r"destination (?:city|region|area|town)",
        r"(?:ville|région) (?:de destination|du destinataire)|(?:ziel|empfänger)(?:stadt|region|ort)",
        r"(?:region|ort) des empfängers|cidade (?:de destino|do destinatário)",
        r"(?:ciudad|localidad|provincia) (?:de destino|del destinatario)|città di destinazione",
        r"(?:город|регион|насел[её]нн\w+ пункт)\w* (?:получател|назначени|адресат)\w*",
        r"مدينة (?:المستلم|الوجهة|المقصد)|(?:目的|收件|派件)(?:地)?城市|mottagarens (?:ort|stad)",
        r"miast\w+ (?:docelow|odbiorc)\w*|varış şehri|kota tujuan|tỉnh phát",
        r"міст[оаі] (?:отримувача|одержувача|призначення)",
        r"收件人(?:所在)?城市|所在城市",
    ),
    "china_leg": (r"중국내|중국 내|within china|inside china|配送中各节点|china domestic",),
    "abroad_leg": (r"국외",),
    "zh_return_failed": (r"退货仓.*(?:失败|异常)",),
    "zh_in_out": (r"^[入出]库成功$|仓转交干线|^签收成功$",),
    "zh_pickup_hub": (r"自提分拨中心",),
    "consolidation": (
        r"versandlager|consolidation (?:center|warehouse)|集运仓|集货仓",
        r"shipping partner facility",
    ),
    "label_made": (
        r"label (?:has been )?(?:created|printed|generated)|fraktsedel",
        r"etiqueta (?:emitida|criada|generada|creada)|étiquette (?:créée|générée)",
        r"etykiet\w+ (?:utworz|wygener)|versandetikett|versandlabel|накладная (?:создана|оформлена)|面单",
        r"(?:way ?bill|consignment note|awb|docket|label) (?:has been |was )?(?:creat|generat|issu|"
        r"print)\w*",
        r"label created|накладн\w+ створен",
        r"gu[ií]a (?:de \w+ )?(?:generad|cread|emitid)|gener[oó] (?:la |una )?gu[ií]a",
        r"(?:expédition|envoi) (?:créée?|enregistrée?)|sendung (?:angelegt|erstellt)",
        r"przygotowa\w+ etykiet|etiketi (?:oluştur|yazd)|etikett (?:gedruckt|erstellt)|"
        r"створи\w* накладн|создал\w* (?:этикетк|наклад)",
    ),
    "zh_failed": (r"(?:异常|失败)(?:\(\w+\))?$",),
    "station_failed": (r"自提.*(?:异常|失败)",),
    "relabel": (r"^转单$|^换单|relabel|(?:waybill|tracking) number (?:has )?chang|new tracking number",),
    "handover_label": (r"^交接成功$",),
    "put": (
        r"(?:placed|deposited|left|put|stored|dropped(?: off)?) (?:in|at|into)\b|hinterlegt|eingestellt",
        r"eingelegt|déposé|depositad",
        r"depositat|помещ|заложен|投函|預け|lagts i|umieszczon|geplaatst",
        r"umieszczono|залишен|поміщен|przechowyw|deposit|insert",
    ),
    "from_sender": (
        r"(?:received|collected|picked up|accepted) from (?:the )?(?:customer|sender|seller)",
        r"(?:received|collected|picked up|accepted) from (?:the )?(?:shipper|merchant|client)",
        r"(?:vom|beim) (?:absender|versender|verkäufer|händler)|(?:chez|auprès de|par) l'expéditeur",
        r"от (?:отправителя|продавца)|od (?:nadawcy|klienta|sprzedawcy)",
        r"(?:del|do) (?:remitente|remetente|vendedor)",
        r"(?:receiv|collect|pick|accept)\w* (?:up )?(?:item|parcel|package|shipment|"
        r"order)? ?from (?:the )?(?:customer|sender|seller|shipper|merchant|consignor)",
        r"від (?:відправника|продавця)|przez nadawcę",
        r"у отправителя|у продавца|у відправника|(?:del|dal|beim) (?:venditore|mittente)|göndericiden",
        r"pengirim|người bán|จากผู้ส่ง",
        r"(?:\bno|junto ao) remetente",
    ),
    "brand": (
        r"\b(?:to|an|a|au|ao|al|till|til|aan|do|kepada) (?:\w+ )?"
        r"(?:usps|ups|fedex|dhl|gls|dpd|tnt|evri|hermes|yodel|inpost|colissimo|chronopost|postnl|bpost|seur|"
        r"mrw|ctt|brt|sda|posti|posten|postnord|bring|cainiao|yanwen|4px|yunexpress|aramex|cdek|asendia)\b",
    ),
    "return_plain": (r"^(?:[^ ]+ ){0,3}[^ ]+$",),
    "accepted": (
        r"\baccept(?:ed|ance)|eingeliefert|admitid|\bпринят|\bприем\b|引受|收寄|受理|aceptad|aceit[oa]",
        r"przyjęt",
        r"^item booked",
        r"\badmission\b",
    ),
    "post_office": (
        r"post office|bureau de poste|postfiliale|oficina de correos|agência dos correios|ufficio postale",
        r"отделени\w+ (?:почтовой )?связи|почтов\w+ отделени|우체국|郵便局|邮局|postkontor",
        r"urz[ea]d\w* pocztow|poczt[ay]\b",
    ),
    "airline": (
        r"airline|air (?:carrier|security)|compagnie aérienne|fluggesellschaft|companhia aérea|aerolínea",
        r"compagnia aerea|авиакомпани|авіакомпан|شركة الطيران|항공사|航空公司|航空会社|lini\w* lotnicz|"
        r"maskapai",
        r"hãng hàng không|สายการบิน|חברת ה?תעופה|luchtvaart|havayolu|flygbolag",
    ),
    "before_customs": (
        r"(?:await|waiting|pending|before|prior to|ready for|en attente|warte|aguard|espera|in attesa|"
        r"oczekuj|ожида|"
        r"очіку|等待|待).{0,20}?(?:customs|clearance|douan|zoll|aduan|alfândeg|desembaraço|dogan|celn|"
        r"тамож|митн|清关|通关)",
    ),
    "to_airport": (
        r"(?:dispatched|despatched|sent|forwarded|transported|transferred|moved|on (?:its|the) way|heading) "
        r"to (?:the )?(?:\w+ ){0,3}?airport",
        r"(?:发往|送往|运往|前往).{0,8}(?:机场|航空)",
    ),
    "by_partner": (
        r"(?<!be )(?:picked up|pickuped|collected) by (?:the |our |your )?(?:shipping|logistics|"
        r"postal) partner",
        r"(?:prise? en charge|collecte|enleve|recupere)e? .{0,40}?par (?:le |notre |"
        r"un )?transporteur\b(?! local)",
        r"отправитель (?:сдал|передал)|відправник (?:здав|передав)",
        r"sender (?:has )?(?:posted|dropped off|handed (?:over|in))",
        r"absender hat .{0,30}?(?:eingeliefert|aufgegeben|übergeben)|expéditeur a (?:déposé|remis)",
        r"remitente ha (?:depositado|entregado)|nadawca nadał",
        r"absender hat .{0,40}?abgegeben|afzender heeft .{0,30}?(?:afgegeven|ingeleverd)|(?:handed in|"
        r"dropped off|posted|lodged|deposited) .{0,40}?by (?:the )?(?:sender|shipper|seller)",
        r"(?:kurier|курьер|кур'єр) (?:odebrał|забрал|забрав|принял|прийняв) .{0,20}?(?:od nadawcy|"
        r"od sprzedawcy|у (?:продавц|отправител|відправник|продавц))",
    ),
    "to_country": (
        r"to overseas|to (?:the )?(?:destination country|country of destination)|"
        r"vers le pays de destination",
        r"(?:ins|zum) (?:ziel|bestimmungs)land|(?:para o|para el|al|hacia el) país de destino",
        r"в страну назначения|إلى (?:بلد|دولة) (?:الوجهة|المقصد)|飞往目的|发往目的",
        r"send item abroad|sent abroad|to abroad",
        r"to (?:the )?next country",
    ),
    "processed": (r"\bprocessed\b|\btraité|bearbeitet|processad|procesad|clasificad|обработ|معالجة|처리",),
    "mail_export": (r"экспорт международной|export of international (?:mail|parcel)",),
    "mail_import": (
        r"импорт международной|import of international (?:mail|parcel)",
        r"recebido pelos correios do brasil",
    ),
    "aboard": (
        r"\bon (?:the |a )?(?:flight|plane|board)\b|in flight\b|aboard|in the air|à bord|an bord|a bordo",
        r"на борту",
        r"\bflying\b",
        r"in transit by (?:sea|rail|train|air)",
    ),
    "out_later": (
        r"(?:will|to) (?:soon )?be (?:out|loaded|sent|put)|\btomorrow|\bsoon\b|schedul|\bdemain|bientôt",
        r"\bmorgen\b|geplant|amanhã|em breve|\bmañana|\bdomani|завтра|скоро|غدا|سوف|سيتم|내일|예정|明天|"
        r"即将",
        r"明日|予定|imorgon|snart|\bjutro|wkrótce|binnenkort|yarın|yakında|besok|segera|ngày mai|พรุ่งนี้|מחר",
        r"בקרוב|जल्द",
        r"\bshall be",
    ),
    "zh_return_label": (r"^(?:海外cp出库|cp交出)$",),
    "sender_delivered": (
        r"deliver\w*,? (?:\w+ )?(?:back )?to (?:the )?(?:original )?(?:sender|shipper|seller|merchant)",
        r"(?:вручен|доставлен)\w* отправителю|(?:entregue|entregado) ao? remetente|entregado al remitente",
        r"livree? (?:a l'expediteur|au vendeur)|dem absender (?:zugestellt|übergeben)",
        r"an (?:den )?absender (?:zugestellt|übergeben|ausgeliefert)|consegnat\w al mittente",
        r"вручен\w* відправник|teslim göndericiye|göndericiye teslim|nadawcy (?:doręczon|wydan)",
    ),
    "released": (
        r"releas|no longer|lifted|libéré|freigegeben|liberad|rilasciat|выпущен|افراج|放行|해제|解除",
        r"frisläppt|zwolnion",
        r"released",
    ),
    "resolved": (
        r"resolved|solved|\bfixed\b|résolu|behoben|gelöst|resuelt|resolvid|risolt|устран|решен|解决|解決",
        r"해결|löst\b|rozwiąz|çözüldü|teratasi",
    ),
    "address_change": (
        r"address (?:\w+ ){0,3}?(?:changed?|updated?|corrected|modified|amended)|new (?:delivery )?address",
        r"redirect(?:ed|ion)|forwarded to (?:a |the )?new",
        r"(?:chang|updat|correct|modif)\w+ (?:of )?(?:the |your )?(?:delivery |recipient |"
        r"shipping )?address",
        r"adresse .{0,30}(?:modifi|chang|mise? à jour|corrig|geändert|aktualisiert|korrigiert)",
        r"changement d'adresse|réexpédi|adressänderung|umgeleitet|neue adresse",
        r"endereço .{0,30}(?:alterad|atualizad|corrigid|modificad)|alteração (?:de|do) endereço",
        r"dirección .{0,30}(?:modificad|cambiad|actualizad|corregid)|cambio de dirección",
        r"indirizzo .{0,30}(?:modificat|aggiornat|cambiat|corrett)|reindirizzat",
        r"адрес\w* .{0,20}(?:измен|обновл)|(?:измен|смен)\w+ (?:\w+ )?адрес|переадрес|досыл",
        r"(?:تغيير|تحديث|تعديل) .{0,15}عنوان|주소 ?(?:변경|수정)|更新.{0,10}地址",
        r"地址.{0,4}(?:变更|更新|修改)|改址|住所変更|転送(?:先|届)",
        r"adress.{0,20}(?:ändrad|uppdater)|eftersänd|zmian\w* adres|adres.{0,20}zmien|przekierowan",
        r"adres.{0,20}(?:değişt|güncel|gewijzigd|aangepast)|alamat.{0,20}(?:diubah|diperbarui|diganti)",
        r"(?:đổi|cập nhật|thay đổi) địa chỉ|เปลี่ยนที่อยู่|כתובת .{0,15}(?:שונת|עודכנ)",
        r"адрес\w* (?:\w+ )?(?:змінен|оновлен)|redirected to|changed to a new",
        r"delivery instructions? .{0,20}(?:changed|updated)|diverted",
    ),
    "collected_by_customer": (
        r"(?:received|collected) (?:\w+ ){0,3}by (?:the |its |a )?(?:customer|recipient|addressee)",
        r"(?:picked up|pickuped) (?:\w+ ){0,3}by (?:the |its |a )?(?:customer|recipient|addressee)",
        r"(?:received|collected) (?:\w+ ){0,3}by (?:the |its |a )?(?:receiver|consignee|buyer)",
        r"(?:picked up|pickuped) (?:\w+ ){0,3}by (?:the |its |a )?(?:receiver|consignee|buyer)",
        r"(?:customer|recipient|addressee) (?:has )?(?:collected|picked up|received)",
        r"(?:receiver|consignee|buyer) (?:has )?(?:collected|picked up|received)",
        r"(?:reçu|retiré|récupéré)e? par (?:le |la |son |votre )?(?:destinataire|client)",
        r"(?:vom|durch den|von) (?:\w+ )?(?:empfänger|kunden) (?:\w+ )?(?:abgeholt|entgegengenommen)",
        r"(?:retirad|recebid|recibid)[oa] p(?:elo|ela|or el|or la|or) (?:destinatári|destinatario)\w*",
        r"(?:recogid|levantad)[oa] p(?:elo|ela|or el|or la|or) (?:destinatári|destinatario)\w*",
        r"(?:retirad|recebid|recibid)[oa] p(?:elo|ela|or el|or la|or) (?:cliente|comprador)\w*",
        r"(?:recogid|levantad)[oa] p(?:elo|ela|or el|or la|or) (?:cliente|comprador)\w*",
        r"ritirat[oa] dal (?:destinatario|cliente)",
        r"(?:получен|выдан|забран)[аоы]? (?:адресат|получател|клиент|покупател)\w*",
        r"(?:استلم\w*|استلام\w*) (?:\w+ )?(?:من قبل |بواسطة )?(?:العميل|المستلم|الزبون)",
        r"(?:고객|수취인|수령인|본인) ?수령",
        r"(?:用户|客户|收件人|本人|买家)(?:已)?(?:签收|提取|取件|取走)|已取(?:出|走)|hämtat av mottagaren",
        r"mottagaren har hämtat|opgehaald door (?:de )?(?:ontvanger|klant)",
        r"odebran[aoy] przez (?:odbiorcę|klienta|adresata)|alıcı tarafından teslim alındı",
        r"diambil oleh penerima|נאסף על ידי (?:ה)?(?:לקוח|נמען)",
        r"(?:retir|recuper|récupér)\w+ .{0,40}?(?:par|por) (?:le |la |el |son |su )?(?:destinataire|"
        r"client|destinatario|cliente)\b",
        r"(?:vom|durch den|von dem) (?:empfänger|kunden) .{0,40}?abgeholt(?! werden)",
        r"(?:collected|picked up|retrieved|taken out) .{0,40}?by (?:the |its |a |you\b)?(?:customer|"
        r"recipient|addressee|receiver|consignee|buyer)",
        r"(?:customer|recipient|addressee|receiver|consignee|buyer|you) (?:has |"
        r"have )?(?:just )?(?:retrieved|taken)",
        r"odebran[aoy] .{0,30}?przez (?:odbiorcę|klienta|adresata)",
        r"отримано (?:одержувач|отримувач|адресат)\w*|opgehaald .{0,30}?door (?:de )?(?:ontvanger|klant)",
        r"ritirat[oa] .{0,30}?dal (?:destinatario|cliente)",
        r"^you (?:have )?(?:collected|picked up)\b",
        r"(?:destinatario|cliente) ha (?:recogido|retirado|recibido|ritirato|ricevuto)",
        r"(?:destinataire|client) a (?:récupéré|retiré|reçu)",
        r"(?:empfänger|kunde) hat .{0,40}?(?:abgeholt|entgegengenommen)",
        r"destinatário (?:retirou|recebeu|levantou)|(?:ontvanger|klant) heeft .{0,40}?opgehaald",
        r"(?:odbiorca|adresat|klient) odebrał|(?:получатель|адресат|клиент) (?:забрал|получил)",
        r"(?:отримувач|одержувач|клієнт) (?:забрав|отримав)",
        r"(?:customer|recipient|addressee|receiver|consignee) (?:has )?(?:picked|collected) (?:it|them|"
        r"the (?:parcel|package|item)|his|her|their)\b",
        r"individual picked up",
        r"(?:item|package|parcel) (?:was|has been) picked up at (?:a |the )?(?:post office|"
        r"postal facility)",
        r"(?:お客様|受取人|ご本人).{0,6}(?:受け取り|受取り)(?:ました|済)",
        r"(?:התקבל|נאספ|נאסף)\w* על ידי (?:ה)?(?:לקוח|נמען)|вручен\w* (?:\w+ )?через почтомат|"
        r"已从.{1,8}取(?:出|走|件)",
        r"odebran[aoy] z (?:paczkomatu|automatu|punktu|placówki)(?! przez)",
    ),
    "pickup_bare": (
        r"^(?:awaiting|waiting for|ready for|pending|available for) (?:customer )?(?:pickup|collection)$",
    ),
    "carrier_pickup": (
        r"aguardando coleta|(?:pickup|collection) (?:\w+ )?(?:scheduled|requested|arranged)|픽업 ?준비",
        r"픽업준비|ожидает забора|待揽收|等待揽收",
    ),
    "on_the_way": (
        r"on (?:the|its|their) way|en route|heading|in transit|forward(?:ed|ing) to|transferr?(?:ed|ing) to",
        r"transport(?:ed|ing) to|sent to|unterwegs|auf dem weg|en camino|a caminho|en chemin|в пути|направл",
        r"отправлен|في الطريق|이동|运往|发往|送往|på väg|onderweg|w drodze|yolda",
        r"прямує|heading to",
        r"\bflying\b",
    ),
    "future_hard": (
        r"\bwill\b|'ll\b|\bto be\b|going to|\bsoon\b|schedul|expected|estimat|planned|tomorrow|shortly",
        r"appointment|next (?:business |working )?day",
        r"\bsera\b|\bseront\b|\bprevue?\b|bientot|demain|rendez[ -]vous|va etre|doit etre|geplant",
        r"voraussichtlich|\bmorgen\b|in kurze|terminier",
        r"\bserao?\b|previst|previsao|em breve|amanha|agendad|manana|programad|va a ser|\bsara\b|verra",
        r"domani|a breve|programmat|\bбудет\b|\bбудут\b|запланир|завтра|скоро|سيتم|سوف|قريبا|غدا|متوقع",
        r"예정|예상|곧 |내일|将|预计|即将|明天|预约|予定|まもなく|明日|kommer att|\bsnart\b|imorgon|"
        r"i morgon",
        r"planera|zostanie|bedzie|planowan|wkrotce|jutro|\bzal\b|verwacht|gepland|binnenkort|edilecek",
        r"yakinda|planlan|\byarin\b|bekleniyor|\bakan\b|segera|besok|dijadwal|\bse duoc\b|du kien|ngay mai",
        r"จะ|กำหนด|พรุ่งนี้|יימסר|צפוי|בקרוב|מחר|होगी|जल्द",
        r"\bбуде\b|завтра|очікуваний|незабаром",
        r"\bshall\b",
        r"\bbe(?:ing)? (?:\w+ ){0,2}?(?:delivered|handed|left|collected|signed|posted|picked|given|placed)",
        r"bezorgd worden|\b(?:должн\w+|може?т?|могут|має|мають) (?:\w+ )?бути?ь?\b|\bмає бути",
        r"быть (?:доставлен|вручен)|бути (?:доставлен|вручен)",
        r"\bbald\b|entregara (?:pronto|manana)|\bpronto (?:a|al|sera)\b",
        r"\w{3,}(?:acak|ecek)(?:tir)?\b",
    ),
    "today": (
        r"\btoday\b|aujourd|\bheute\b|\bhoje\b|\bhoy\b|\boggi\b|сегодня|اليوم|오늘|今天|今日|本日|\bidag\b",
        r"i dag\b|vandaag|dzis|bugün|hari ini|hôm nay|วันนี้|היום|आज",
    ),
    "doubt": (
        r"customer (?:service|care|support|house)|(?:customer|recipient|receiver)'s|partial|part of",
        r"\brequest",
        r"\bwrong|misdeliver|dispute|claim|investigat|not received|possibly|appears|may have",
        r"\bwithout\b(?! (?:\w+ )?(?:signature|contact))",
        r"confirmation (?:pending|required)|unconfirmed|delivered electr",
        r"(?:information|data|manifest|instructions?|invoice|documents?|details|"
        r"code) (?:\w+ ){0,3}delivered",
        r"(?:notif|\bnotice|\bmessage|e-?mail|\bsms\b)[^.]{0,40}deliver",
        r"(?:benachrichtigung|nachricht|e-?mail)[^.]{0,40}(?:zugestellt|ausgeliefert)|\bavis\b",
        r"(?:уведомл|извещ)\w*[^.]{0,40}(?:достав|вруч)|(?:достав|вруч)\w* (?:уведомл|извещ)",
        r"\b(?:ser|seja|sendo|siendo|possa) entreg|essere consegnat|viene consegnat|être livr|"
        r"worden bezorgd",
        r"być doręcz|powiadom|bildirim|thông báo|partiel|teilweise|parcial|parzial|частичн|delvis|częściow",
        r"gedeeltelijk|kısmi|sebagian|يتم|انتظار|اشعار|جزئ|알림|까지|请|通知|部分|误投|错投|המידע|פרטי|"
        r"הודעה",
        r"(?:sms|pesan|notifikasi|email)[^.]{0,20}terkirim",
        r"(?:recipient|receiver|customer|buyer|consignee|addressee|client|home|residence|"
        r"destination)(?:'s)? (?:country|city|region|area|state|town|depot|hub|agent|carrier|courier|port|"
        r"broker|post|district|zone)\b",
        r"(?:received|got|получил\w*|отримав|otrzymał\w*|recibi\w*|recebeu|reçu|ricevut\w*|"
        r"aldı) .{0,20}?(?:notif|notice|\bsms\b|message|e-?mail|\btext\b|\bcode\b|\bcall\b|reminder|"
        r"\blink\b|уведомл|извещ|сообщ|повідомл|powiadom|bildirim|mesaj|aviso|mensaje|mensagem|avviso|"
        r"messaggio|\bavis\b)",
        r"(?:bericht|nachricht|benachrichtigung|melding|bildirim|mesaj|notificación|notificação|"
        r"notifica) .{0,15}?(?:ontvangen|erhalten|aldı|recib|receb|ricevut)",
        r"(?:consignee|buyer|addressee|client)(?:'s|s') (?!(?:\w+ )?(?:door|address|home|house|"
        r"mail ?box|letter ?box|porch|neighbou?r|hands?|residence|family)\b)(?:\w+ )?(?:broker|agent|"
        r"depot|hub|carrier|courier|country|city|warehouse|forwarder|post)\b",
        r"\b(?:asked|wants?|wish(?:es)?|prefer\w*|hop(?:e|es|ing)|intend\w*|aim(?:s|ing)?|trying|"
        r"promis\w+) (?:\w+ ){0,8}?(?:deliver|left|leave|hand|collect|pickup|sign)",
        r"\b(?:mistake\w*|incorrect\w*|errone\w+|in error|by error|revo(?:k|c)\w+|withdrawn|retract\w*|"
        r"premature\w*|falsely|disregard|ignore|invalid|annul\w*|misscan\w*|mis-scan\w*)\b|por error|"
        r"par erreur|irrtumlich|versehentlich|per errore|ошибочн|помилков|bledn|hatali\b|yanlis|誤|错误|錯誤|"
        r"실수|잘못|salah\b|nham\b",
        r"\b(?:bag|container|pallet|trailer|truck|master|manifest|dispatch|receptacle|batch|invoice|"
        r"document)s? (?:\w+ ){0,3}deliver",
        r"\b(?:first|second|third|1st|2nd|3rd|initial|middle|next) (?:leg|mile|stage|phase|stretch)\b|"
        r"\bone leg\b|\bleg of\b",
        r"^(?:have|has|had|did|do|does|was|were|is) (?:you|your|it|this|the|my|our)\b|^(?:where|why|how|"
        r"who) ",
        r"deliver\w* (?:rate|score|target|goal|guarantee)",
        r"\b(?:notice|card|slip|note(?!:)|notification|leaflet|aviso|avis|avviso|awizo|abholschein|"
        r"abholkarte|benachrichtigung\w*|карточк\w*|извещен\w*|повідомлен\w*|kaartje|"
        r"notis)\b.{0,40}?(?:mail ?box|letter ?box|\bdoor\b|briefkasten|boite aux lettres|buzon|"
        r"cassetta|skrzynce|brievenbus|ящик|скриньк)|(?:mail ?box|letter ?box|\bdoor\b|briefkasten|"
        r"boite aux lettres|buzon|cassetta|skrzynce|brievenbus|ящик|скриньк).{0,40}?\b(?:notice|card|"
        r"slip|note(?!:)|notification|leaflet|aviso|avis|avviso|awizo|abholschein|abholkarte|"
        r"benachrichtigung\w*|карточк\w*|извещен\w*|повідомлен\w*|kaartje|notis)\b",
        r"不在(?:票|通知|連絡)|\d ?%|success rate|成功率|(?:签收|妥投|投递)率|待确认|待確認",
        r"(?:received|collected|picked up|accepted|took|taken|retrieved|got) (?:(?:the|your|his|her|its|"
        r"this|their|an?) )?(?:\w+ ){0,3}?(?:date|slot|appointment|card|invoice|bill|label|number|"
        r"details|information|info|confirmation|charges?|fee|refund|instructions?|form|documents?|"
        r"option|window|letter|advice|receipt)\b",
        r"deliver\w* (?:\w+ ){0,2}?(?:on|until|by|before|for) (?:monday|tuesday|wednesday|thursday|"
        r"friday|saturday|sunday|tomorrow)\b.{0,3}$|deliver\w* (?:\w+ ){0,2}?confirmed(?::| for\b| on\b|"
        r" between| to\b)",
        r"\b(?:in|within) (?:\d+|a few|few|several|two|three) (?:\w+ )?(?:days?|hours?|minutes?)\b|"
        r"^(?:choose|select|get|have|track|follow|find|see|let|tell|ask|call|contact|schedule|arrange|"
        r"like|want)\b|완료 ?(?:전|이전|율)|(?:配達|お届け)?完了(?:前|待ち)|(?:签收|妥投|送达)(?:前|之前)",
        r"(?:customer|recipient|receiver|consignee|addressee|buyer|client|resident|household|"
        r"neighbou?r) (?:postmaster|manager|agent|broker|operator|warehouse|forwarder|handler|office|"
        r"post|service|clerk|supervisor|facility|station|terminal)\b",
        r"\b(?:every|usually|normally|typically|generally|always|often|sometimes|daily|weekly|"
        r"elsewhere)\b|(?:other|another|different) (?:address|place|person|recipient|customer)",
        r"(?:received|collected|got) (?:\w+ ){0,3}?(?:updates?|points?|rewards?|coupons?|news|survey|"
        r"reminder|tracking|offer)\b",
        r"\b(?:avviso|aviso|avis|awizo|notiz|zettel|kaartje)\b(?!:)|уведомлен|извещен|повідомлен",
    ),
    "handed_agent": (r"to (?:the )?(?:next|local|other|partner) ",),
    "batch_to_carrier": (r"batch deliver",),
    "pre_advice": (r"pre[ -]?shipment info(?:rmation)? sent|last[ -]?mile forecast|pre[ -]?alert",),
    "leaving_destination": (
        r"(?:departure|depart|departed) from (?:the )?(?:country of destination|destination country)",
        r"(?:leaving|leave|left) from (?:the )?(?:country of destination|destination country)",
    ),
    "gateway": (
        r"international (?:gateway|mail|hub|transit|shipment|transport|dispatch|flight)|\bgmtc\b|"
        r"\bgateway\b",
        r"国际运输|国际转运|международн\w+ (?:транзит|перевоз)|internationell\w* (?:transit|transport)",
        r"trânsito internacional|tránsito internacional|transit international|transito internazionale",
        r"internationaler? (?:transit|transport)",
    ),
}
