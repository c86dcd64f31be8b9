"""Whole phrases where single words would mislead: the last mile, and words that say nothing.

Written as in the lexicon. `delivered` finds but candidates: the rules still look for doubts around them.
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
    r"set (?:off|out)\b|left (?:for|to) (?:you|your)\b|has (?:your|the) (?:parcel|package)|"
    r"unterwegs|auf dem weg|liefert|en camino|a caminho|entregando|in arrivo|consegnando|in viaggio|"
    r"w drodze|doręcza|dostarcza|onderweg|bezorgt|доставляет|везет|в пути|выехал|едет|доставляє|везе|"
    r"прямує|виїхав|yolda|dağıtım|getiriyor|في الطريق|بالطريق|בדרך|mengantar|dalam perjalanan|menuju|"
    r"đang giao|đang trên đường|正在|派送中|向かって|배송 ?중|กำลัง)"
)

WORDS: Mapping[str, tuple[str, ...]] = {
    "delivered": (
        r"\bdelivered\b",
        # "Delivery" of what: of the parcel, not of one leg of its way or to a hub.
        r"(?:^|[.:;,!-] ?|\b(?:the|your|final|home|parcel|package|item|shipment|order|consignment|physical|"
        r"mail|and|last[ -]mile) )delivery (?:was |has been |is )?(?:successful\w*|completed?|confirmed|made|"
        r"done|finished)\b",
        r"success\w* deliver(?:y|ed)",
        r"\bsigned (?:for )?by\b|\bsigned(?: for)?$",
        r"(?:^|[.:;,!-] ?)delivery success\b|proof of delivery(?! requ)",
        r"^final delivery$",
        r"\bdelivery signed\b",
        r"handed (?:over )?(?:directly )?to (?:the )?(?:customer|recipient|addressee|receiver)",
        r"handed (?:over )?(?:directly )?to (?:the )?(?:consignee|resident|neighbou?r)",
        r"(?:received|collected) (?:\w+ ){0,3}by (?:the |its |a )?(?:customer|recipient|addressee|receiver)",
        r"(?:picked up|pickuped) (?:\w+ ){0,3}by (?:the |its |a )?(?:customer|recipient|addressee|receiver)",
        r"(?:received|collected) (?:\w+ ){0,3}by (?:the |its |a )?(?:consignee|buyer|neighbou?r|resident)",
        r"(?:picked up|pickuped) (?:\w+ ){0,3}by (?:the |its |a )?(?:consignee|buyer|neighbou?r|resident)",
        r"(?:customer|recipient|addressee) (?:has |have )?(?:received|collected|picked up)",
        r"(?:receiver|consignee|buyer) (?:has |have )?(?:received|collected|picked up)",
        r"(?:^|\b(?:est|ete|colis|envoi|article|paquet|commande|bien|objet) )livree?s?\b"
        r"(?! (?:votre|vos|le(?! \d)|la|les|un|une|ce|cet)\b)",
        r"livraison (?:effectuee|reussie|terminee|realisee)|(?:^|\b(?:est|ete|colis|courrier|envoi|"
        r"objet) )distribuee?s?\b(?! (?:votre|vos)\b)",
        r"remise? (?:au|a|a la|en mains? propres? au|contre signature au) "
        r"(?:votre |un |son |sa |la )?(?:destinataire|client|voisin|gardien)",
        r"(?:recu|retire)e? par (?:le |la |votre )?(?:destinataire|client)",
        r"\bzugestellt\b|\bausgeliefert\b|(?:erfolgreiche?n? zustellung|zustellung (?:war )?erfolgreich)",
        r"an (?:den |die )?(?:empfänger|kunden)\w* (?:übergeben|ausgehändigt|zugestellt)",
        r"an (?:den |die )?(?:nachbarn?|hausbewohner)\w* (?:übergeben|ausgehändigt|zugestellt)",
        r"(?:vom|durch den) (?:empfänger|kunden) (?:\w+ )?(?:abgeholt|entgegengenommen)",
        r"zustellung abgeschlossen",
        r"\bentregues?\b|\bentregad[oa]s?\b|entrega (?:foi )?(?:realizada|efetuada|efectuada|conclu[ií]da)",
        r"entrega (?:foi )?(?:completada|exitosa|finalizada|com sucesso)",
        r"(?:recebid[oa]|recibid[oa]|retirad[oa]) p(?:el|or) ?[oa]? (?:destinatári|cliente|comprador)\w*",
        r"\bconsegnat[oai]\b|consegna (?:effettuata|avvenuta|completata|riuscita)",
        r"ritirat[oa] dal (?:destinatario|cliente)",
        r"\bвручен[аоы]?\b|вручени[ея] (?:адресату|получателю)|\bдоставлен[аоы]?\b",
        r"доставка (?:завершена|выполнена|осуществлена)",
        r"(?:получен|выдан|забран)[аоы]? (?:адресат|получател|клиент|покупател)\w*|\bдоставлено\b|вручено",
        r"\bتمت? (?:ال)?(?:تسليم|توصيل)|سلمت الشحنة|استل(?:م|مها|مه|مت) (?:العميل|المستلم|الزبون)",
        r"(?:استلام|استلامها|استلامه) (?:الطرد )?(?:من قبل|بواسطة) (?:العميل|المستلم|الزبون)|تسليم ناجح",
        r"배(?:송|달)(?:이|을)? ?완료|수령 ?완료",
        r"(?:고객|수취인|본인|수령인)\w* ?(?:수령|수취|인수|전달 ?완료)",
        r"配達完了|配達済|お届け済|お届け完了|配達を完了|お届けしました",
        r"配達しました",
        r"已签收|用户签收|(?:客户|收件人|本人|买家|他人)(?:已)?签收|^签收$|妥投|已送达|已送達|已派達",
        r"派送成功|投递成功|派件成功|已交付(?:给)?(?:收件人|客户)",
        r"(?:用户|客户|收件人|买家)已(?:提取|取件|取走)|已取出|已簽收",
        r"levererat\b|levererad\b|levererats\b|utlämna(?:t|d|ts)\b|mottagaren har (?:hämtat|fått)",
        r"hämtat av mottagaren|\blevert\b|\bleveret\b|utlevert|udleveret",
        r"\bbezorgd\b|\bafgeleverd\b|opgehaald door (?:de )?(?:ontvanger|klant)|doręczon[aoy]",
        r"dostarczon[aoy]|odebran[aoy] przez (?:odbiorcę|klienta|adresata)|teslim edildi",
        r"alıcı(?:ya|sına)? teslim",
        r"(?:telah|sudah|berhasil) diantar",
        r"diterima oleh (?:penerima|pelanggan|yang bersangkutan)|giao (?:hàng )?thành công|phát thành công",
        r"đã giao(?: hàng)?\b|จัดส่งสำเร็จ|นำจ่ายสำเร็จ|ส่งมอบสำเร็จ|ผู้รับได้รับ",
        r"נמסר(?:ה|ו)?\b|הלקוח (?:אסף|קיבל)|נאסף על ידי (?:ה)?לקוח|डिलीवर (?:हो|कर|किया)",
        r"वितरित (?:हो|कर|किया)|डिलीवरी (?:पूरी|सफल)|доставлений|вручено|doručen[aoy]?\b|kézbesítve",
        r"\bleft (?:\w+ ){0,2}?(?:in|at|with|on|by|behind|inside|under) (?:\w+ ){0,3}?(?:safe ?place|"
        r"safe location|porch|door|doorstep|garage|garden|shed|mail ?box|letter ?box|reception|desk|"
        r"concierge|doorman|neighbou?r|household|family|resident|individual)\b",
        r"(?:placed|put|posted|pushed|dropped|deposited|inserted) (?:in|into|"
        r"through) (?:\w+ ){0,2}?(?:mail ?box|letter ?box|door)\b",
        r"(?:handed|given) (?:over )?(?:directly |personally )?to (?:the |a |your )?(?:\w+ )?(?:customer|"
        r"recipient|addressee|receiver|consignee|resident|neighbou?r|household|receptionist|concierge|"
        r"doorman)\b(?!'s)",
        r"(?:accepted|received|taken) (?:\w+ )?by (?:the |a |your )?(?:\w+ )?(?:reception\w*|household|"
        r"family|concierge|doorman|neighbou?r|resident)",
        r"(?:customer|recipient|addressee|receiver|consignee|buyer|you) (?:has |"
        r"have )?(?:successfully )?(?:collected|picked up|received|retrieved|accepted) (?:the|your|his|"
        r"its|this)\b",
        r"entrega (?:conseguida|com êxito|exitosa|bem sucedida)|successful(?:ly)? (?:physical )?delivery",
        r"\bterkirim\b|diterima oleh (?!kurir|gudang|agen|cabang|mitra|ekspedisi|kantor|jasa|maskapai)",
        r"^(?:посилк\w |відправлення |вантаж )?(?:отрима|одержа)(?:но|на|ний)(?:$|[,.(]| (?:\d|"
        r"одержувач|отримувач|адресат|клієнт))|вручен(?:ня|о)\b|(?:доставлен|видан)\w+ (?:одержувач|"
        r"отримувач)|посилку (?:отримано|одержано)$",
        r"(?:受取人|お客様|ご本人).{0,4}(?:引渡|お渡し)|alıcısına|teslim edilmiş|đã phát|ได้รับแล้ว|"
        r"נמסר ללקוח",
        r"\blivrat\b(?! la)",
        r"(?:left|handed|gave|given) (?:over )?(?:the |your |it |this |a )?(?:parcel |package |item |"
        r"shipment |order )?(?:to|with|at|in) (?:\w+ ){0,2}?(?:you\b|recipient|addressee|customer|"
        r"consignee|receiver|neighbou?r|resident|concierge|reception)",
        r"(?:customer|recipient|addressee|receiver|consignee) (?:has )?signed(?: for\b|$)",
        r"you (?:have )?(?:collected|picked up)\b",
        r"(?:người nhận|khách(?: hàng)?) đã nhận",
        r"dem (?:empfänger|kunden|nachbarn) (?:\w+ )?(?:übergeben|ausgehändigt|zugestellt)",
        r"(?:cliente|destinatario) (?:ya )?(?:recibio|recogio|retiro)\b",
        r"wydan[aoy] (?:odbiorcy|adresatowi|klientowi)|overhandigd aan (?:de )?(?:ontvanger|klant)",
        r"(?:客様|受取人|ご本人).{0,6}(?:受け取り|受取り)(?:ました|済)|配達されました",
        r"(?:התקבל|נאספ|נאסף|נמסר)\w* על ידי (?:ה)?(?:לקוח|נמען)|본인에게 (?:직접 )?전달",
        r"(?:accepted|taken|signed(?: for)?) (?:\w+ )?by (?:the |a |your )?(?:customer|recipient|"
        r"addressee|receiver|consignee|buyer)",
        r"(?:consignee|recipient|addressee|customer|receiver) (?:has )?(?:took|taken|accepted) (?:the|"
        r"it|his|delivery)",
    ),
    # Delivered, but to somebody on the way: false friends of the above. Places are doubts of their own.
    "to_agent": (
        r"\bdelivered (?:(?:\w+ ){0,2}?(?:on)?to|at|into|inside) "
        r"(?!\d|(?:or at )?(?:(?:the|a|an|your|their|its|his|her|my|our) )?(?:\w+ ){0,2}?"
        r"(?:you\b|customer|recipient|addressee|receiver|consignee|buyer|client|neighbou?r|resident|house|"
        r"home|address|door|porch|mail ?box|letter ?box|safe ?place|reception|front desk|concierge|"
        r"individual|family|person|final destination|attempt))",
        r"entreg(?:ue|ad[oa])s? (?:a|ao|aos|al|a la|a los) "
        r"(?!(?:\w+ ){0,2}?(?:destinatari|client|vizinh|vecin|titular|pessoa|persona|familiar|morador|"
        r"resident|comprador|receptor|autoriz|propri|domicilio|conserje|porteir))",
        r"livree?s? (?:a|au|aux|chez) "
        r"(?!(?:\w+ ){0,2}?(?:destinataire|client|voisin|domicile|porte\b|maison|gardien|adresse|vous\b|"
        r"personne|concierge|accueil|residence))",
        r"consegnat\w (?:a|al|alla|allo|alle|ai|agli) "
        r"(?!(?:\w+ ){0,2}?(?:destinatari|client|vicin|domicilio|casa|mano|porta\b|portier|portinai|famili|"
        r"indirizzo|person))",
        r"(?:bezorgd|afgeleverd) (?:bij|aan|op|in) "
        r"(?!\d|(?:\w+ ){0,2}?(?:ontvanger|klant|bur?en|buur|brievenbus|adres|deur|huis|u\b|je\b|jou\b))",
        r"(?:levere\w+) til?l (?!(?:\w+ )?(?:mottagar|modtager|mottaker|kund|grann|nabo|brevlad|"
        r"postkass|dorr|dor|adress|dig|deg))",
        r"(?:تسليم|توصيل)\w* (?:[^ ]+ ){0,2}?الى (?!(?:ال)?(?:عميل|مستلم|زبون|مشتري|مرسل اليه|جار|عنوان|"
        r"باب|منزل))",
        r"\b(?!(?:alici|komsu|musteri|adres|kendi|sahs|yakin|aile|basari|sorunsuz|ile\b|"
        r"kapi))\w+(?<!d)[ae] teslim edil",
        r"giao (?:\w+ ){0,2}?cho (?!khach|nguoi|ban\b|hang xom|chu)",
        r"(?:사|소|점|센터|국|청|세관|항|업체|창고|터미널)(?:에|로|으로|에게) ?.{0,6}(?:배송|배달|전달|"
        r"인계)",
        r"(?:所|局|店|社|業者|税関|空港|倉庫|センター)に.{0,4}(?:配達|お届け)",
        r"deliver\w* (?:\w+ ){0,4}?(?:to|at|into|in|with) (?:\w+ ){0,5}?"
        r"(?:carrier|courier|agent|partner|company|provider|broker|postal|post|logistics|driver|"
        r"transport)\b",
        r"(?:livree?s?|remise?|distribuee?) (?:\w+ ){0,3}?(?:au|a|aux|chez|dans) (?:\w+ ){0,4}?"
        r"(?:transporteur|compagnie|agence|livreur|partenaire|poste|societe|prestataire|plateforme)",
        r"(?:zugestellt|ausgeliefert|ubergeben|ubergabe) (?:\w+ ){0,4}?(?:an|beim|im|in|zum) (?:\w+ ){0,4}?"
        r"(?:spediteur|zusteller|versand|\w*dienst|transport|fluggesellschaft|partner)",
        r"an (?:\w+ ){0,5}?(?:\w*dienst\w*|spediteur|versand\w*|partner|zusteller|transport\w*) "
        r"(?:\w+ ){0,2}?(?:zugestellt|ausgeliefert|ubergeben)",
        r"entreg(?:ue|ad[oa])s? (?:\w+ ){0,3}?(?:a|ao|aos|al|na|no|en|em|para) (?:\w+ ){0,5}?"
        r"(?:transport\w+|compan\w+|aerolinea|correios|correos|parceiro|operador|mensajer\w*|courier|"
        r"empresa|"
        r"agencia|logistica|entregador|repartidor)",
        r"consegnat\w (?:\w+ ){0,3}?(?:a|al|alla|allo|all|presso|in) ?'?(?:\w+ ){0,4}?"
        r"(?:corriere|vettore|compagnia|spedizion\w*|posta)",
        r"(?:доставлен|вручен|передан|сдан)\w* (?:\w+ ){0,2}?"
        r"(?:в (?!почтов\w+ ящик|руки)|на (?!руки)|до (?!двер|адрес)|к )",
        r"(?:доставлен|вручен|передан|сдан)\w* (?:\w+ ){0,2}?"
        r"(?:(?:курьеру|перевозчику|таможне|авиакомпании|почтальону|почте|оператору|партнеру|агенту)\b|"
        r"(?:отправителю|транспортной|логистической|службе)\b)",
        r"(?:تسليم|توصيل)\w* (?:[^ ]+ ){0,2}?(?:الى |ل|لل|في |عند )(?:ال)?(?:شركة|ناقل|مندوب|ساعي|بريد|"
        r"خطوط)",
        r"(?:تسليم|توصيل)\w* (?:[^ ]+ ){0,2}?(?:الى |ل|لل|في |عند )(?:ال)?(?:مركز|مكتب|مستودع|مخزن|نقطة)",
        r"(?:택배사|운송사|항공사|집배점|대리점|편의점|보관)",
        r"(?:交付|送达|派送至|投递至|送至|妥投至?).{0,8}?(?:承运|航空|快递|物流|网点|站|点|柜|公司)|営業所",
        r"コンビニ",
        r"(?:levere|utlämna|överläm)\w* (?:\w+ ){0,2}?(?:till|hos|hos ditt) (?:\w+ ){0,2}?"
        r"(?:ombud|transportör|postnord|dhl|flyg|bud|speditör)",
        r"(?:bezorgd|afgeleverd) (?:\w+ ){0,2}?(?:bij|aan|op|in) (?:\w+ ){0,2}?"
        r"(?:vervoerder|\w*punt\b|postnl|dhl|postkantoor|luchtvaart)",
        r"(?:doreczon|dostarczon|przekazan)\w* (?:\w+ ){0,2}?(?:(?:do|w) (?!rak|skrzynk|drzwi|domu|"
        r"adresat|odbiorc|mieszka)|przewoznik|kurier|lini)",
        r"(?:ke|kepada|di) (?:\w+ ){0,2}?(?:kurir|ekspedisi|gudang|maskapai|agen|gerai|mitra)",
        r"giao (?:\w+ ){0,3}?cho (?:\w+ ){0,2}?(?:don vi|hang|buu ta|nha|hai quan|doi tac|shipper)",
        r"נמסר\w* ל(?!(?:לקוח|נמען|מקבל|תיבת|בית|שכן)|$)",
        r"(?:कूरियर|वाहक|गोदाम|केंद्र|कंपनी|एयरलाइन|कस्टम)[^ ]* (?:को|में|पर) ",
        r"\ban (?:den |die |das |eine[nm]? )?(?!(?:den|die|das|eine[nm]?) |empfanger|kund|nachbar|"
        r"hausbewohn|mitbewohn|haus|adress|person|famili|empfang|pfort|rezeption|ihn|"
        r"sie\b)\w+ (?:\w+ )?(?:zugestellt|ausgeliefert|ubergeben)",
        r"zugestellt an (?!(?:den |die |das |eine[nm]? )?(?:empfanger|kund|nachbar|hausbewohn|mitbewohn|"
        r"haus|adress|person|famili|empfang|pfort|rezeption))",
        r"(?:доставлен|вручен|передан|видан)\w* (?:\w+ )?(?:(?:у|в|на|до) (?!двер|адрес|рук|поштов|власн)|"
        r"кур'єру|перевізник|листоноші|митниці|пошті|оператору|партнеру)",
        r"(?:商|公司|网点|中心|海关|仓库?|站|柜|店|航空|机场|局|代理|员)已?代?签收",
        r"diterima (?:oleh |di )(?:dc\b|hub|drop|sorting|pusat|cabang|transit|gateway)",
        r"signed (?:for |in )?by (?:\w+ ){0,4}?(?:agent|carrier|courier|station|point|warehouse|center|"
        r"hub|store|shop|partner|company|airline|driver|depot|terminal|customs|post|office|logistics|"
        r"provider|cabinet|staff|operator)\b",
        r"\bdelivered for (?!you\b|the (?:customer|recipient))\w+",
        r"signed (?:for |in )?by (?:\w+ ){0,4}?(?:handler|broker|forwarder|dispatcher|sorter|keeper|"
        r"loader|manager|clerk|worker|cargo|freight|airport|yard|dock)\b",
        r"(?:oddan|przekazan|wydan)\w* (?:\w+ )?(?:przewoznik|kurier|lini|urzed)",
        r"(?:получен|отриман|одержан|принят)\w* (?:\w+ ){0,2}?(?:оператор|перевізник|перевозчик|"
        r"кур'?[єе]р|курьер|склад|сортув|сортир|пошт|почт|митн|тамож|агент)",
    ),
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
    ),
}
