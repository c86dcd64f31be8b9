"""What sounds like delivered, and who but the customer may have got it.

Written as in concepts. `delivered` finds but candidates: the rules still look for doubts around them.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, ...]] = {
    "delivered": (
        # Said of the parcel itself, not of parcels at large, of nobody or of a wish.
        r"(?:^|[^\w ] ?|\b(?:is|was|were|been|has|have|had|now|"
        r"success\w*|physically|finally|already|safely|just|"
        r"packages?|parcels?|shipments?|items?|orders?|goods|consignment|mail|pieces?|articles?|products?|"
        r"courier|driver|postman|carrier|we|'ve|and|it|status|event|delivery|box|all|final|"
        r"usps|ups|fedex|dhl|gls|dpd|evri|hermes|postnl|inpost|correos|cainiao) )delivered\b"
        r"(?! (?:through(?! (?:the |your |a )?(?:letter|mail|door))|miles?|back|onto|"
        r"onwards?|status|scan|rate|until|only|when|if|once)\b)",
        # "Delivery" of what: of the parcel, not of one leg of its way or to a hub.
        r"(?:^|[.:;,!-] ?|\b(?:the|your|final|home|parcel|package|item|shipment|order|consignment|physical|"
        r"mail|and|last[ -]mile) )delivery (?:was |has been |"
        r"is )?(?:successful\w*|completed?|confirmed(?! for)|made|"
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
        r"\bвручен[аоы]?\b|"
        r"(?<!для )(?<!до )(?<!после )вручени[ея] (?:адресату|получателю)|\bдоставлен[аоы]?\b",
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
        r"одержувач|отримувач|адресат|клієнт))|вручено\b|^вручення(?: (?:одержувач|отримувач|адресат)\w*)?$|"
        r"вручення (?:завершен|здійснен)|(?:доставлен|видан)\w+ (?:одержувач|"
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
        r"it\b|his|delivery$)",
        r"(?:liegt|steckt|ist|est|esta|jest|is|ligt|e) (?:deja |ya |bereits |nu )?(?:in|im|dans|en|nel|"
        r"nella|w|na) (?:\w+ )?(?:briefkasten|boite aux lettres|buzon|cassetta|skrzynce|brievenbus|"
        r"mail ?box|letter ?box|caixa de correio)",
        r"arrived (?:at|with|to) (?:your (?:address|door|home)\b|you$|the (?:customer|recipient|"
        r"addressee)\b(?!'))",
        r"وصل\w* .{0,12}الى (?:ال)?(?:عميل|مستلم|زبون)|"
        r"החבילה הגיעה (?:אליך|ללקוח|לנמען)",
        r"(?:고객|수취인|수령인)님?(?:에게|께) (?:전달|배달|배송)(?:되었|했|하였|됐|을 완료)|"
        r"投函(?:しました|完了|済)|(?:送到|交到)(?:您|收件人|客户)手",
        r"ถึงผู้รับแล้ว|(?:barang|paket) (?:sudah|telah) diterima$|signature (?:received|obtained|"
        r"captured)(?: from (?:the )?(?:recipient|customer|addressee|consignee))?$|נמסרה? ליעדה\b",
        r"bei(?:m| dem| der| den)? (?:\w+ )?(?:nachbar\w*|hausbewohner\w*) abgegeben|abgegeben bei(?:m|"
        r" dem| der)? (?:nachbar|hausbewohn)",
        r"ผู้รับ(?:ได้)?รับพัสดุ",
        r"\bremise? en mains? propres?$",
    ),
    # Delivered, but to somebody on the way: false friends of the above. Places are doubts of their own.
    "to_agent": (
        r"\bdelivered[^\w]{1,3}(?:(?:\w+ ){0,2}?(?:on)?to|at|into|inside) "
        r"(?!\d|(?:or at )?(?:(?:the|a|an|your|their|its|his|her|my|our) )?(?:\w+ ){0,2}?"
        r"(?:you\b|customer|recipient|addressee|receiver|consignee|buyer|client|neighbou?r|resident|house|"
        r"home|address|door|porch|mail ?box|letter ?box|safe ?place|"
        r"mail ?room|reception|front desk|concierge|"
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
        r"giao (?:\w+ ){0,3}?cho (?:\w+ ){0,2}?(?:don vi|"
        r"hang\b(?! xom)|buu ta|nha\b|hai quan|doi tac|shipper)",
        r"נמסר\w* ל(?!(?:יעדה|לקוח|נמען|מקבל|תיבת|בית|שכן)|$)",
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
        r"(?:entrega|livraison|consegna|zustellung|doręczenie|bezorging) (?:\w+ ){0,3}?(?:al|ao|au|alla|"
        r"all|an|an die|an den|aan|aan de|do) (?!(?:l[ao]|die|den|de|il|el) |destinat|client|domicil|"
        r"vecin|vizinh|voisin|vicin|empfanger|kund|nachbar|ontvanger|klant|odbiorc|adres)\w+",
        r"вручен[оаы]? (?!адресат|получател|клиент|покупател|сосед|родственн|лично|одержувач|"
        r"отримувач)\w+[ую]\b",
        r"handed (?:over )?to (?:the |an? )?(?:\w+ )?(?:agent|carrier|courier|driver|partner|depot|hub|"
        r"station)\b",
    ),
}
