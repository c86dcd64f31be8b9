"""Whole phrases where single words would mislead: the last mile, and words that say nothing.

Written as in concepts.
"""

from __future__ import annotations

from collections.abc import Mapping

# Whoever walks up to the door, and what shows that they do so now.
_MEN = (
    r"(?<!\bby )(?<!\bby the )(?<!\bto )(?<!\bto the )(?<!\bfrom )(?<!\bfrom the )"
    r"(?:\bcourier|\bdriver|\brider|postman|postwoman|postie|mailman|delivery (?:man|person|agent|"
    r"associate)|livreur|"
    r"facteur|coursier|zusteller|postbote|\bbote\b|kurier|repartidor|cartero|mensajero|entregador|carteiro|"
    r"corriere|postino|portalettere|fattorino|listonosz|doręczyciel|bezorger|koerier|postbode|"
    r"курьер|почтальон|кур'єр|листоноша|kurye|dağıtıcı|المندوب|مندوب|ساعي|השליח|kurir|bưu tá|"
    r"快递员|派送员|配達員|배달원|배송기사|พนักงาน)"
)
_UNDER_WAY = (
    r"(?:(?:on (?:the|his|her|their|its) way|en route|heading|headed)"
    r"(?! to (?!you\b|your\b|(?:the )?(?:recipient|customer|addressee|consignee)))|coming to you|delivering|"
    r"has your (?:parcel|package)|lleva|trae\b|bringt|brengt|wiezie|taşıyor|membawa|per la consegna|"
    r"para (?:la |su |a )?entrega|pour (?:la )?livraison|zur zustellung|en chemin|distribue|livre votre|"
    r"set (?:off|out)\b|on (?:the|his|her) (?:route|road)|sta arrivando|направля|їде\b|"
    r"left (?:for|to) (?:you|your)\b|has (?:your|the) (?:parcel|package)|"
    r"unterwegs|auf dem weg|liefert|en camino|a caminho|entregando|in arrivo|consegnando|in viaggio|"
    r"w drodze|doręcza|dostarcza|onderweg|bezorgt|доставляет|везет|в пути|выехал|едет|доставляє|везе|"
    r"прямує|виїхав|yolda|dağıtım|getiriyor|في الطريق|بالطريق|בדרך|mengantar|dalam perjalanan|menuju|"
    r"đang giao|đang trên đường|正在|派送中|向かって|배송 ?중|กำลัง)"
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "out_for_delivery": (
        rf"{_MEN}[^,.;:!(]{{0,24}}?{_UNDER_WAY}",
        r"out for (?:\w+ )?deliver|(?:courier|driver|postman) (?:is )?on (?:the|his|its) way|\bin delivery$",
        r"be delivered (?:\w+ ){0,2}?(?:today|during the day)",
        r"\b(?:in|on|into|onto) (?:the |a )?delivery (?:vehicle|van|truck)",
        r"\bout with (?:\w+ ){0,3}?(?:courier|driver|postman|postie|carrier|rider|agent)",
        r"load\w* (?:\w+ ){0,3}?(?:on|onto|into|in|to) (?:the |a |our )?(?:delivery )?(?:vehicle|van|"
        r"truck|car)\b",
        r"\b(?:is|are) being delivered|^being delivered|delivery in progress",
        r"(?:courier|driver) is delivering",
        r"with (?:the |your )?(?:delivery )?(?:courier|driver|postman|mailman)\b",
        r"(?:start\w*|begin|began|begun) (?:the )?deliver|on (?:its|the) way to (?:you\b|your address)",
        r"on (?:its|the) way to (?:the )?(?:recipient|customer|addressee|consignee)(?:'s address)?\b"
        r"(?!'s| city| region| country)",
        r"sent for delivery|^(?:package |parcel |shipment )?(?:in |under )?delivering\b|^in delivery$",
        r"on (?:the )?(?:delivery )?vehicle|departed (?:\w+ )?(?:last|final) delivery (?:station|office)",
        r"handed to (?:the )?(?:courier|driver|postman) for delivery",
        r"assigned to (?:the |a )?(?:courier|driver)|delivery today",
        r"en cours de (?:livraison|distribution)|en (?:livraison|distribution)",
        r"(?:sorti|parti|depart|chargee?)\w* (?:\w+ )?(?:pour|en) (?:la )?livraison|tournee",
        r"pris en charge par (?:le |votre )?livreur|remis au livreur",
        r"in zustellung|zustellfahrzeug|in auslieferung|wird (?:\w+ )?(?:heute )?(?:zugestellt|"
        r"ausgeliefert)",
        r"auf dem weg zum? (?:empfänger|ihnen|kunden)|zustellversuch läuft|auslieferungsfahrzeug|"
        r"zustelltour",
        r"zum zusteller|zur zustellung (?:unterwegs|übergeben|verladen)|zustellung (?:läuft|heute|"
        r"gestartet)",
        r"sai?u para (?:a )?entrega|em (?:rota|processo|trânsito) de entrega|em rota de entrega|"
        r"objeto saiu(?! d[aeo]s? )",
        r"em entrega\b|saindo para entrega|com o entregador",
        r"en reparto|en (?:ruta|proceso|camino|vías?) de (?:entrega|reparto)",
        r"(?:sali\w+|salid[oa]) (?:a|para|hacia) (?:la |el |su )?(?:entrega|reparto)|repartidor|in consegna",
        r"sul furgone|in distribuzione|uscit\w+ (?:in|per) (?:la )?consegna",
        r"affidat\w+ al (?:portalettere|fattorino)",
        r"(?:передан|выдан|отдан)\w* (?:\w+ )?(?:курьеру|почтальону|на доставку|в доставку|для доставки)",
        r"у курьера|курьер (?:выехал|в пути|доставляет|везет)|доставляется|вручается|в доставке|на доставке",
        r"отправлен\w* (?:на|для) доставк|передано в доставку|доставка (?:сегодня|началась|начата)",
        r"везет курьер|повторн\w+ доставк",
        r"خرج\w* (?:الطرد |الشحنة )?للت(?:وصيل|سليم)|(?:قيد|جاري|جار) (?:ال)?ت(?:وصيل|سليم)|خارج للت",
        r"في طريق\w* اليك|مع (?:ال)?مندوب|خارجة للت|للتوصيل",
        r"배(?:달|송) ?출발|배달 ?중|배달준비|배송출발|배달 ?시작",
        r"配達中|持ち?出し?中|持出|お届け中|配達に出発|配送中",
        r"派送中|派件中?(?!失败|异常|不)|派送(?!动态|更新|状态|网|站|点|公司|失败|异常|成功|中心|局|不)",
        r"(?:开始|正在|安排|再次)(?:派送|投递|派件)|再次投递|离开最后投递站|投递中|正在配送|配送员|派送途中",
        r"外出派送|派件員|派送員",
        r"ut[eå]? för (?:leverans|utkörning|utdelning)|ute till (?:leverans|utkörning)",
        r"ute (?:for|til) levering|last(?:at|ad) (?:på|i|för) (?:bil|budbil|utdelning|leverans)",
        r"onderweg naar (?:de |het )?(?:ontvanger|u\b|jou|klant|afleveradres|bezorgadres)|in bezorging",
        r"bezorger is onderweg|wordt (?:vandaag )?bezorgd|w doręczeniu|w doręczaniu",
        r"wydan\w+ (?:kurierowi )?do doręczenia|przekazan\w+ (?:kurierowi )?do doręczenia",
        r"dağıtım(?:da|a çık)|teslimata çık|dağıtıma",
        r"(?:sedang|dalam) (?:dikirim|diantar|pengantaran|proses pengantaran|pengiriman ke alamat)",
        r"dibawa kurir|đang (?:giao|phát|được giao|đi phát)|đi giao|กำลังนำส่ง|กำลังจัดส่ง|(?:ออก|"
        r"การ)?นำจ่าย(?!สำเร็จ|ไม่)",
        r"ระหว่างการนำจ่าย|בדרך (?:ללקוח|אלי)|יצא(?:ה)? ל(?:חלוקה|מסירה|משלוח)|אצל השליח|בחלוקה|"
        r"डिलीवरी के लिए",
        r"वितरण के लिए|(?<!заявка )(?<!заказ )(?<!заявку )на доставку|doručován|kiszállítás alatt|"
        r"in curs de livrare",
        r"out on (?:the )?(?:delivery|road|route|round)",
        r"(?:loaded|dispatched|despatched|taken|collected|picked up|leaving|left|departed|"
        r"gone) (?:\w+ ){0,3}?for (?:final |home |physical )?delivery\b(?! (?:office|station|hub|depot|"
        r"cent))",
        r"(?:courier|driver|rider|postman|postie|agent)\b.{0,15}(?:heading|headed|en route|approaching|"
        r"nearby|on (?:his|her|their) way|coming)",
        r"with (?:\w+ ){0,2}?(?:delivery (?:agent|associate|person|man|executive|rider)|postie|postwoman|"
        r"rider)\b",
        r"stops away",
        r"(?:delivery|distribution) (?:is )?(?:underway|under way|ongoing|has started|started|has begun)",
        r"(?:on board|onboard|out) for (?:\w+ )?delivery|arriving today",
        r"en route to (?:you\b|the recipient|recipient|customer)|your delivery is on (?:its|the) way",
        r"передан\w* (?:\w+ )?кур'?єру|кур'?єр (?:\w+ )?(?:везе|виїхав|доставляє|прямує)|доставляєт",
        r"у кур'?єра|відправлен\w* на доставку|на доставці",
        r"kurye\w* (?:\w+ )?(?:dağıt|teslim|yola|çık)|teslimat için|shipper đang|dibawa (?:oleh )?kurir",
        r"pengantaran|お届けに|配達に出|배송 ?중 ?입니다|배달원|ไปส่ง|กำลังไป|w drodze do (?:ciebie|"
        r"odbiorcy|adresata)",
        r"kurier (?:\w+ )?(?:wyruszy|jedzie|w drodze)|doręczana|voor bezorging|bezorgd vandaag",
        r"met de bezorger",
        r"\bon the (?:van|truck)\b|mengantar|consegnando",
        r"(?:courier|driver|postman) (?:is )?out\b|đang trên đường (?:giao|đến)",
        r"(?:camion|vehicule|camionnette) de livraison|em distribuicao|יצא\w* עם ה?שליח",
        r"\bdelivery (?:route|run|round|tour)\b|vehículo de reparto|furgoneta|furgone|w doręczen\w+",
        r"bestelbus|bestelwagen",
        r"(?:vehicle|van|truck) for delivery",
        r"\b(?:are|is|we're|'re) delivering\b|delivering (?:\w+ ){0,3}?today",
        r"\bin der (?:zustellung|auslieferung)|\bu (?:kuriera|doręczyciela|listonosza)\b",
        r"(?:llega|entrega|chega|arriva|kommt|komt|comes|arrives) (?:hoy|hoje|oggi|heute|vandaag|"
        r"today)$|^arrive aujourd'hui$|colis arrive aujourd'hui$",
        r"dzis (?:doreczymy|dostarczymy)|(?:сегодня|сьогодні) (?:доставим|привез|вручим)|"
        r"доставимо? (?:сегодня|сьогодні)|bugun teslim edilecek|bugün dağıt",
        r"(?:本日|今日)(?:中に)?(?:お届け|配達)予定|오늘 배(?:송|달) ?예정|"
        r"(?:driver|courier) will be with you|"
        r"bringing (?:you )?your",
        r"with (?:the |your )?(?:postal |mail )carrier for delivery|dans (?:la |le |sa )?(?:camionnette|"
        r"vehicule|fourgon)",
        r"way to be delivered|sent for (?:\w+ ){1,2}delivery|(?:courier|driver) on the road|"
        r"unterwegs zur zustellung|في الطريق اليك",
        r"will deliver .{0,25}?today|delivery (?:\w+ ){0,4}?(?:is )?in progress|dagitim arac|配達に向か",
    ),
    "ready_for_pickup": (
        r"(?:ready|available|(?:a)?waiting|held|kept|hold)\b.{0,60}?"
        r"\b(?:pickup|collect(?:ion|ed)?|picked up)\b",
        r"^(?:awaiting|waiting for|ready for|available for) (?:pickup|collection)",
        r"can (?:now )?(?:be )?(?:collected|picked up|pickup|collect)\b|please (?:collect|pickup)",
        r"pickup (?:ready|available|code)|requests own pickup|notice left.*pickup|collect (?:it|your)",
        r"(?:disponible|prêt|attend|attente|à disposition).{0,50}?(?:retrait|relais|retir|point)",
        r"(?:disponible|prêt|attend|attente|à disposition).{0,50}?(?:bureau de poste|récupér|consigne)",
        r"à retirer|peut être retiré",
        r"abholbereit|zur (?:selbst)?abholung|bereit.{0,30}abhol|abhol.{0,20}bereit",
        r"kann (?:\w+ ){0,4}abgeholt werden|liegt .{0,40}(?:bereit|abhol)|wartet auf (?:ihre |"
        r"die )?abholung",
        r"aguardando (?:a )?(?:sua )?retirada",
        r"(?:dispon[ií]vel|pronto|liberado) para (?:\w+ )?(?:retirada|levantamento|recolha|ser retirado)",
        r"aguarda levantamento|(?:listo|disponible|espera|pendiente).{0,30}?(?:recog|retir|punto)",
        r"(?:pronto|disponibile|attesa).{0,30}?(?:ritir)|in giacenza|a disposizione presso",
        r"(?:lo|la) puede recoger",
        r"(?:готов|ожида|доступ|можно).{0,50}?(?:выдач|вручен|получен(?!\w* отправител)|самовыв)",
        r"(?:готов|ожида|доступ|можно).{0,50}?(?:забрать|получить)",
        r"(?:готов|ожида|доступ|можно).{0,50}?(?:в (?:отделении|месте вручения|пункте|постамат))",
        r"прибыл\w* в место вручения|хранени",
        r"(?:جاهز|متاح|بانتظار|انتظار).{0,30}?(?:استلام|للاستلام|التقاط)|يمكنك استلام",
        r"수령 ?(?:대기|가능)|픽업 ?(?:대기|가능)|방문 ?수령|찾아가|보관 ?중",
        r"(?:受け?取り?|引き?取り?)(?:可能|待ち)|窓口.{0,6}(?:保管|お?受)|到着通知|ご?不在.{0,8}保管",
        r"保管期[限間]|^保管(?:中)?$",
        r"待取|等待(?:用户|客户)?(?:自提|取件|领取)|待(?:用户)?自提|自提点(?:签收|入库)",
        r"请.{0,10}(?:取件|自提|领取)|代收|(?:投|入|放|存)(?:入|放|至|进)?.{0,8}(?:快递柜|丰巢|柜|驿站)",
        r"(?:驿站|快递柜)(?:代收|签收|入库)|已到.{0,6}自提|可自提|招领|宅配ボックス",
        r"(?:klar?t?|finns|redo|kan|ligger|väntar).{0,40}?(?:upphämt|hämtas|avhämtning|ombud)|kan hämtas",
        r"(?:klaar|beschikbaar|ligt|kan).{0,40}?(?:punt\b|afhal|ophal|afgehaald|opgehaald)",
        r"(?:gotow|oczekuj|czeka|awiz).{0,50}?(?:odbi|odebr|punkci|placów|paczkomat)|teslim almaya hazır",
        r"(?:şubede|teslim noktasında|kargomat).{0,20}bekl|alınmayı bekl|siap (?:diambil|dijemput)",
        r"(?:sẵn sàng|chờ|có thể) (?:để )?(?:nhận|lấy)|พร้อมรับ|รอรับ|รอ(?:ผู้รับ)?มารับ",
        r"(?:ממתינ?ה?|מוכנ?ה?|זמינ?ה?|מחכה).{0,40}?(?:איסוף|לאיסוף|לקבלה|בסניף|בלוקר|בנקודת)|ניתן לאסוף",
        r"(?:पिकअप|लेने) के लिए (?:तैयार|उपलब्ध)|připraven\w* k (?:vyzvednuti|odberu)|ready for collect",
        r"(?:left|held|delivered|deposited|stored|waiting|brought|kept|taken|placed|dropped|arrived|"
        r"signed)\b.{0,50}?\b(?:for|awaiting) (?:\w+ ){0,2}?(?:pickup|collection)\b",
        r"waiting for (?:you\b|(?:the |its )?(?:recipient|addressee|customer|receiver)\b)",
        r"awaiting (?:the )?(?:recipient|addressee|customer|receiver)\b|pickup (?:pin|reminder|notice)",
        r"collection (?:pin|code|reminder)|pick it up|use your code",
        r"(?:очіку|чека|готов).{0,40}?(?:отримувач|одержувач|видач|отриман|відділенн|поштомат|вас)",
        r"можна (?:забрати|отримати)",
        r"vous attend|à récupérer|à votre disposition|puede (?:pasar a )?(?:recoger|retirar)",
        r"para (?:su )?(?:recogida|retiro)\b|a su disposición|para (?:o )?levantamento|può ess?ere ritirat",
        r"da ritirare|af te halen|op te halen|ligt (?:voor (?:u|je) )?klaar|do odbioru\b",
        r"ожидает (?:адресата|получателя|вас\b)",
        r"şubeden (?:teslim )?alab|alıcı(?:sını)? bekl|đến (?:lấy|nhận)|dapat diambil|silakan ambil|お渡し",
        r"お受け取り|찾아가|取件码|凭.{0,4}码",
        r"\b(?:can|may|pued\w+|pod\w+|puoi|puo|possibile|kan|kunt|kann|konnen|mozna|mozesz|можно|можете|"
        r"можна|bisa|dapat) (?:\w+ ){0,4}?(?:collect|pickup|pick up|recoger|retirar|levantar|"
        r"recolher|ritirar|abhol|ophal|afhal|odebra|забра|"
        r"получ|отрима|(?:di)?ambil)|có thể (?:đến )?(?:nhận|lấy)",
        r"bring (?:your |an? )?(?:id|code|passport)|awaiting (?:customer|recipient) pickup|bekliyor$",
        r"(?:sizi|alicisini) bekl",
        r"available (?:at|in|from) (?:\w+ ){0,3}?(?:post office|branch|outlet|store|office|counter|shop|"
        r"station)",
        r"(?:disponible|disponível|disponibile) (?:\w+ ){0,2}?(?:oficina|agência|loja|correos|correios|"
        r"ufficio|sucursal|tienda|negozio|filiale)",
        r"보관$",
        r"pront[oa] para (?:\w+ )?levantad|(?:paczka|przesyłka) .{0,30}?odbierz|заберите|получите\b",
        r"заберіть|отримайте|ritira(?:lo|te)\b|recógel|recoja|récupérez|retirez",
        r"venez (?:chercher|retirer|récupérer)|holen sie .{0,30}?ab\b|alabilirsiniz|haal .{0,20}?\bop\b",
        r"\bcome (?:and |to )?(?:get|collect|fetch|pickup)",
        r"waiting (?:\w+ ){0,2}?(?:at|in) (?:\w+ ){0,3}?(?:post office|counter|branch|store|shop|locker|"
        r"office)\b",
        r"(?:use|enter) (?:\w+ )?(?:pin|code)\b",
        r"aguarda (?:\w+ ){0,3}?(?:ponto|loja|agencia)|受取場所.{0,8}保管|保管されて",
        r"held at (?:the |your )?(?:local )?(?:post office|branch|counter)|"
        r"\bheld,? (?:and )?(?:the )?(?:addressee|recipient|customer) (?:is |was )?(?:notified|informed)",
        r"\b(?:te|le|os) espera en|\ba (?:sua |tua )?espera n[oa]\b|\b(?:ti|vi) aspetta|czeka (?:w|na) |"
        r"жд[её]т вас|чека\w* на вас|(?:郵便局|店舗|営業所|コンビニ|窓口).{0,6}保管",
        r"\bpouvez (?:\w+ ){0,3}?(?:retirer|récupérer|chercher)|at the (?:shop|store|post office),? ready",
        r"\bwaits (?:for you|at|in)\b",
        r"\bpickup your (?:parcel|package|order|item)",
        r"^collect (?:it )?(?:from|at)\b|^pickup (?:from|at) (?:the |your )?(?:post office|shop|branch)",
    ),
    # The carrier is to pick up, not the customer.
    "for_carrier": (
        r"(?:pickup|collection) (?:\w+ )?by (?:the |a |our )?(?:delivery company|carrier)",
        r"(?:collected|picked up) (?:\w+ )?by (?:the |a |our )?(?:delivery company|carrier)",
        r"(?:pickup|collection|collected|picked up) (?:\w+ )?by (?:the |a |our )?(?:courier|logistics)",
        r"(?:pickup|collection|collected|picked up) (?:\w+ )?by (?:the |a |our )?(?:driver|"
        r"shipping company)",
        r"(?:pickup|collection|collected|picked up) (?:\w+ )?by (?:the |a |our )?(?:transport\w*|postal)",
        r"(?:for )?(?:the )?(?:carrier|courier|delivery company) to (?:pickup|collect)",
        r"(?:for )?(?:the )?(?:driver|logistics company|shipping company) to (?:pickup|collect)|픽업준비",
        r"대형화물",
        r"(?:carrier|courier|driver|logistics|transporter) (?:pickup|collection|to (?:pickup|collect))",
    ),
    "not_ready": (
        r"not (?:yet )?(?:ready|available)|no longer available|pas encore|nicht bereit|nao disponivel",
        r"no disponible|не готов|غير (?:جاهز|متاح)|不可|未到",
    ),
    # ── words that say nothing of the stage ─────────────────────────────────────────────────────
    "generic": (
        r"^(?:(?:carrier|shipping|delivery|logistics|transport|tracking|status|shipment|package|parcel) )?"
        r"(?:status )?updated?s?$",
        r"in[ -]?transit\b|on (?:the|its|their) way|\bmoving\b",
        r"^(?:shipment |package |parcel )?(?:in )?(?:processing|transport(?:ing|ation)?|movement|shipped)$",
        r"^(?:shipment |package |parcel )?(?:in )?(?:other|forwarded|shipping)$|en route|underway",
        r"last[ -]?mile forecast|network",
        r"en transit|en (?:cours d')?acheminement|en route|mise à jour|suivi",
        r"unterwegs|in (?:transport|bearbeitung|transit)|transport(?:iert|aktualisierung)?$",
        r"sendung wird (?:befördert|transportiert)|aktualisierung|wird transportiert",
        r"em trânsito|em (?:transporte|deslocamento)|a caminho|en (?:tránsito|camino|ruta|curso)|encaminhad",
        r"in (?:transito|viaggio)|aggiornamento|atualização|actualización|em processamento",
        r"в пути|транзит|следует|обновлени|в обработке|обработка|перемещ",
        r"في الطريق|قيد (?:ال)?(?:نقل|شحن|عبور)|تحديث|العبور|جاري الشحن",
        r"배송 ?중|운송 ?중|이동 ?중|간선|輸送中|運送中|通過|経由",
        r"运输中|在途|转运|运送中|^其他$|已发货$|运输途中|轉運|運輸|転送",
        r"transportuppdatering|under transport|på väg|underveis|undervejs|onderweg",
        r"w (?:drodze|transporcie|trasie)|yolda|taşıma|transfer|dalam perjalanan|transit",
        r"đang (?:vận chuyển|trung chuyển)|trên đường|ระหว่าง|กำลังขนส่ง|בדרך|במעבר|מעבר|रास्ते|पारगमन",
        r"(?:派送|发货|物流|运输)(?:动态|更新|状态)$",
    ),
    "nothing_yet": (
        r"no (?:\w+ ){0,3}?(?:tracking|logistics|shipping|shipment) ?(?:updates?|information|info)",
        r"no (?:\w+ ){0,3}?(?:tracking|logistics|shipping|shipment) ?(?:data|events?)",
        r"no (?:updates?|information|events?|data)(?: (?:is |are )?(?:yet|available|found))?$",
        r"not (?:yet )?(?:been )?(?:shipped|dispatched|sent)",
        r"tracking (?:information )?(?:is )?not (?:yet )?(?:available|found)",
        r"information will be (?:available|updated)|not yet (?:in|available)",
        r"awaiting (?:seller|merchant)|awaiting (?:shipment|dispatch) by (?:the )?(?:seller|merchant)",
        r"waiting for (?:the )?(?:seller|merchant)|seller (?:is )?prepar|awaiting dispatch$",
        r"aucune? (?:information|suivi|mise à jour)|pas encore (?:expédié|d'information)",
        r"en attente d'expédition|keine (?:\w+ )?(?:\w*informationen|sendungsdaten|daten|aktualisierung)",
        r"noch nicht (?:versandt|versendet|verschickt)|sem (?:informa|atualiza)",
        r"nenhuma? (?:informa|atualiza)|ainda não (?:foi )?(?:enviad|postad)|sin (?:informa|actualiza)",
        r"aún no|nessun\w* (?:informazion|aggiornament)|non ancora spedit",
        r"нет (?:информации|данных|обновлений)|пока нет|еще не отправлен|ожидает отправки|ожидание отправки",
        r"لا توجد (?:معلومات|تحديثات|بيانات)|لم يتم (?:ال)?شحن|بانتظار (?:ال)?شحن|بانتظار البائع",
        r"배송정보 ?없음|조회.{0,6}없|발송 ?전|발송 ?대기|暂无|没有.{0,6}(?:信息|轨迹)|无物流|等待卖家",
        r"待发货|未发货|卖家备货|情報がありません|未発送|発送待ち|尚無",
        r"ingen (?:\w+ )?(?:information|spårning)|inte skickat|väntar på säljar",
        r"geen (?:\w+ )?(?:informatie|updates)|nog niet (?:verzonden|verstuurd)",
        r"brak (?:\w+ )?(?:informacji|danych|aktualizacji)|bilgi (?:yok|bulunamadı)|belum ada|chưa có",
        r"ไม่มีข้อมูล|אין (?:מידע|עדכונ)|कोई (?:जानकारी|अपडेट)",
        r"(?:information|data|updates?) (?:is |are )?(?:currently |still )?not (?:yet |"
        r"currently )?available",
        r"not (?:yet )?(?:been )?(?:posted|handed in|dropped off)",
    ),
}
