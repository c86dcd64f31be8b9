"""Whole phrases where single words would mislead: the last mile, returns, and words that say nothing.

Written as in the lexicon. A phrase of `delivered` is only a candidate: the rules still look for doubt around it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from bot.stages.fold import letters

_PHRASES: dict[str, tuple[str, ...]] = {
    "delivered": (
        r"\bdelivered\b|\bdelivery (?:was |has been |is )?(?:successful\w*|complete[d]?|confirmed|made|done|finished)\b|success\w* deliver(?:y|ed)",
        r"\bsigned (?:for )?by\b|^signed(?: for)?$|proof of delivery|\bdelivery signed\b|handed (?:over )?(?:directly )?to (?:the )?(?:customer|recipient|addressee|receiver|consignee|resident|neighbou?r)",
        r"(?:received|collected|picked up|pickuped) (?:\w+ ){0,3}by (?:the |its |a )?(?:customer|recipient|addressee|receiver|consignee|buyer|neighbou?r|resident)",
        r"(?:customer|recipient|addressee|receiver|consignee|buyer) (?:has |have )?(?:received|collected|picked up)",
        r"\blivree?s?\b|livraison (?:effectuee|reussie|terminee|realisee)|distribuee?\b|remise? (?:au|a la|en main propre au|contre signature au) (?:destinataire|client|voisin)|(?:recu|retire)e? par (?:le |la |votre )?(?:destinataire|client)",
        r"\bzugestellt\b|\bausgeliefert\b|(?:erfolgreiche?n? zustellung|zustellung (?:war )?erfolgreich)|an (?:den |die )?(?:empfänger|kunden|nachbarn?|hausbewohner)\w* (?:übergeben|ausgehändigt|zugestellt)|(?:vom|durch den) (?:empfänger|kunden) (?:\w+ )?(?:abgeholt|entgegengenommen)|zustellung abgeschlossen",
        r"\bentregues?\b|\bentregad[oa]s?\b|entrega (?:foi )?(?:realizada|efetuada|efectuada|conclu[ií]da|completada|exitosa|finalizada|com sucesso)|(?:recebid[oa]|recibid[oa]|retirad[oa]) p(?:el|or) ?[oa]? (?:destinatári|cliente|comprador)\w*",
        r"\bconsegnat[oai]\b|consegna (?:effettuata|avvenuta|completata|riuscita)|ritirat[oa] dal (?:destinatario|cliente)",
        r"\bвручен[аоы]?\b|вручени[ея] (?:адресату|получателю)|\bдоставлен[аоы]?\b|доставка (?:завершена|выполнена|осуществлена)|(?:получен|выдан|забран)[аоы]? (?:адресат|получател|клиент|покупател)\w*|\bдоставлено\b|вручено",
        r"تم (?:ال)?تسليم|تم (?:ال)?توصيل|سلمت الشحنة|استل(?:م|مها|مه|مت) (?:العميل|المستلم|الزبون)|(?:استلام|استلامها|استلامه) (?:الطرد )?(?:من قبل|بواسطة) (?:العميل|المستلم|الزبون)|تسليم ناجح",
        r"배(?:송|달)(?:이|을)? ?완료|수령 ?완료|(?:고객|수취인|본인|수령인)\w* ?(?:수령|수취|인수)|전달 ?완료",
        r"配達完了|配達済|お届け済|お届け完了|配達を完了|引渡(?:し)?完了|受取(?:済|完了)|お届けしました|配達しました",
        r"已签收|用户签收|(?:客户|收件人|本人|买家|他人)(?:已)?签收|^签收$|妥投|已送达|已送達|已派達|派送成功|投递成功|派件成功|已交付(?:给)?(?:收件人|客户)|(?:用户|客户|收件人|买家)已?(?:提取|取件|取走|自提)|已取(?:出|件|走)|已簽收|已取貨",
        r"levererat\b|levererad\b|utlämna(?:t|d|ts)\b|mottagaren har (?:hämtat|fått)|hämtat av mottagaren|\blevert\b|\bleveret\b|utlevert|udleveret",
        r"\bbezorgd\b|\bafgeleverd\b|opgehaald door (?:de )?(?:ontvanger|klant)|doręczon[aoy]|dostarczon[aoy]|odebran[aoy] przez (?:odbiorcę|klienta|adresata)|teslim edildi|alıcı(?:ya|sına)? teslim",
        r"\bterkirim\b|(?:telah|sudah|berhasil) (?:diterima oleh|dikirim ke|diantar)|diterima oleh (?:penerima|pelanggan|ybs|yang)|giao (?:hàng )?thành công|(?:đã )?phát thành công|đã giao(?: hàng)?\b|จัดส่งสำเร็จ|นำจ่ายสำเร็จ|ส่งมอบสำเร็จ|ผู้รับได้รับ",
        r"נמסר(?:ה|ו)?\b|הלקוח (?:אסף|קיבל)|נאסף על ידי (?:ה)?לקוח|डिलीवर (?:हो|कर|किया)|वितरित (?:हो|कर|किया)|डिलीवरी (?:पूरी|सफल)|доставлений|вручено|doručen[aoy]?\b|kézbesítve|livrat[ăa]?\b|toimitettu",
    ),
    # Delivered, but to somebody on the way: the false friends of the phrase above.
    "to_agent": (
        r"deliver\w* (?:\w+ ){0,4}?(?:to|at|into|in|with) (?:\w+ ){0,5}?(?:carrier|courier|airline|customs|hub|depot|warehouse|agent|partner|company|provider|broker|terminal|port|linehaul|postal|post\b|logistics|forwarder|driver|transport)",
        r"(?:livree?s?|remise?|distribuee?) (?:\w+ ){0,3}?(?:au|a|aux|chez|dans) (?:\w+ ){0,4}?(?:transporteur|compagnie|douane|agence|entrepot|centre|center|livreur|partenaire|poste|societe|prestataire|plateforme)",
        r"(?:zugestellt|ausgeliefert|ubergeben|ubergabe) (?:\w+ ){0,4}?(?:an|beim|im|in|zum) (?:\w+ ){0,4}?(?:zoll|paketzentrum|depot|spediteur|zusteller|versand\w*|dienst\w*|lager|transport\w*|fluggesellschaft|partner)|an (?:\w+ ){0,5}?(?:dienst\w*|spediteur|versand\w*|partner|fluggesellschaft|zoll\w*|zusteller|transport\w*) (?:\w+ ){0,2}?(?:zugestellt|ausgeliefert|ubergeben)",
        r"entreg(?:ue|ad[oa])s? (?:\w+ ){0,3}?(?:a|ao|aos|al|na|no|en|em|para) (?:\w+ ){0,5}?(?:transportador\w*|transportista|companhia|compania|aerolinea|alfandega|aduana|correios|correos|unidade|oficina|agencia|centro|parceiro|operador|mensajer\w*|courier|armazem|almacen|empresa|logistica|entregador|repartidor)",
        r"consegnat\w (?:\w+ ){0,3}?(?:a|al|alla|allo|all|presso|in) ?'?(?:\w+ ){0,4}?(?:corriere|vettore|dogana|ufficio|compagnia|magazzino|centro|hub|spedizion\w*|posta|filiale)",
        r"(?:доставлен|вручен|передан|сдан)\w* (?:\w+ ){0,2}?(?:в|на|до|к|курьер\w*|перевозчик\w*|таможн\w*|авиа\w*|транспортн\w*|логистическ\w*|служб\w*|почт\w*|компани\w*|оператор\w*|партнер\w*)\b",
        r"(?:تسليم|توصيل)\w* (?:\S+ ){0,2}?(?:الى|ل|لل|في|عند)\s?(?:ال)?(?:شركة|ناقل|مركز|مكتب|مستودع|مخزن|مطار|جمارك|مندوب|ساعي|نقطة|بريد|خطوط)|(?:تسليم|توصيل)\w* (?:\S+ ){0,2}?لل?(?:شركة|ناقل|مركز|مكتب|مستودع|مخزن|مطار|جمارك|مندوب|ساعي|نقطة|بريد|خطوط)",
        r"(?:택배사|운송사|항공사|세관|물류|집배점|대리점|센터|편의점|보관|경비실에 전달 예정)",
        r"(?:交付|送达|派送至|投递至|送至|妥投至?).{0,8}?(?:承运|航空|快递|物流|海关|网点|仓|中心|站|点|柜|机场|局|公司)|営業所|宅配ボックス|コンビニ",
        r"(?:levere\w+|utlämna\w*|överläm\w*) (?:\w+ ){0,2}?(?:till|hos|hos ditt) (?:\w+ ){0,2}?(?:ombud|transportör\w*|terminal\w*|tull\w*|postnord|dhl|flyg\w*|bud\w*|speditör\w*)|(?:bezorgd|afgeleverd) (?:\w+ ){0,2}?(?:bij|aan|op|in) (?:\w+ ){0,2}?(?:vervoerder|depot|douane|punt|postnl|dhl|sorteer\w*|pakketpunt|postkantoor|magazijn|luchtvaart\w*)",
        r"(?:doreczon|dostarczon|przekazan)\w* (?:\w+ ){0,2}?(?:do|w|przewoznik\w*|kurier\w*|lini\w*)\b|(?:kargo|kurye|gumruk|sube|depo|havayolu|tasiyici|nakliye)\S* (?:\S+ )?teslim edildi|(?:ke|kepada|di) (?:\w+ ){0,2}?(?:kurir|ekspedisi|gudang|maskapai|bea|agen|gerai|mitra)|giao (?:\w+ ){0,3}?cho (?:\w+ ){0,2}?(?:don vi|hang|buu ta|nha|hai quan|doi tac|shipper|van chuyen)",
        r"נמסר\w* ל(?:שליח|חברת|מכס|מחסן|מרכז|סניף|נקודת|דואר|מפיץ|חברה)|(?:कूरियर|वाहक|गोदाम|केंद्र|कंपनी|एयरलाइन|कस्टम)\S* (?:को|में|पर) ",
    ),
    "out_for_delivery": (
        r"out for deliver|out with (?:the )?(?:delivery )?(?:courier|driver)|load\w* (?:on|onto|into|in|to) (?:the |a )?(?:delivery )?(?:vehicle|van|truck)|\b(?:is|are) being delivered|^being delivered|delivery in progress|with (?:the |your )?(?:delivery )?(?:courier|driver|postman|mailman)\b|(?:start\w*|begin|began|begun) (?:the )?deliver|on (?:its|the) way to (?:you\b|the recipient'?s? address|your address|recipient$|the recipient$|customer$)|sent for delivery|^(?:package |parcel |shipment )?(?:in |under )?delivering\b|^in delivery$|on (?:the )?(?:delivery )?vehicle|departed (?:\w+ )?(?:last|final) delivery (?:station|office)|handed to (?:the )?(?:courier|driver|postman) for delivery|assigned to (?:the |a )?(?:courier|driver)|delivery today",
        r"en cours de livraison|en livraison|(?:sorti|parti|depart|chargee?)\w* (?:\w+ )?(?:pour|en) (?:la )?livraison|tournee|pris en charge par (?:le |votre )?livreur|remis au livreur",
        r"in zustellung|zustellfahrzeug|in auslieferung|wird (?:\w+ )?(?:heute )?(?:zugestellt|ausgeliefert)|auf dem weg zum? (?:empfänger|ihnen|kunden)|zustellversuch läuft|auslieferungsfahrzeug|zustelltour|zum zusteller|zur zustellung (?:unterwegs|übergeben|verladen)|zustellung (?:läuft|heute|gestartet)",
        r"sai?u para (?:a )?entrega|em (?:rota|processo|trânsito) de entrega|em rota de entrega|objeto saiu|em entrega\b|saindo para entrega|com o entregador",
        r"en reparto|en (?:ruta|proceso|camino|vías?) de (?:entrega|reparto)|(?:sali\w+|salid[oa]) (?:a|para|hacia) (?:la |el |su )?(?:entrega|reparto)|repartidor|in consegna|sul furgone|in distribuzione|uscit\w+ (?:in|per) (?:la )?consegna|affidat\w+ al (?:portalettere|fattorino)",
        r"(?:передан|выдан|отдан)\w* (?:\w+ )?(?:курьеру|почтальону|на доставку|в доставку|для доставки)|у курьера|курьер (?:выехал|в пути|доставляет|везет)|доставляется|в доставке|на доставке|отправлен\w* (?:на|для) доставк|передано в доставку|доставка (?:сегодня|началась|начата)|везет курьер|повторн\w+ доставк",
        r"خرج\w* (?:الطرد |الشحنة )?للت(?:وصيل|سليم)|(?:قيد|جاري|جار) (?:ال)?ت(?:وصيل|سليم)|خارج للت|في طريق\w* اليك|مع المندوب|للتوصيل",
        r"배(?:달|송) ?출발|배달 ?중|배달준비|배송출발|배달 ?시작",
        r"配達中|持ち?出し?中|持出|お届け中|配達に出発|配送中",
        r"派送中|派件中?|派送|(?:开始|正在|安排|再次)(?:派送|投递|派件)|再次投递|离开最后投递站|投递中|正在配送|配送员|派送途中|外出派送|派件員|派送員",
        r"ut[eå]? för (?:leverans|utkörning|utdelning)|ute till (?:leverans|utkörning)|ute (?:for|til) levering|lastat (?:på|i) (?:bil|budbil)|onderweg naar (?:de |het )?(?:ontvanger|u\b|jou|klant|afleveradres|bezorgadres)|in bezorging|bezorger is onderweg|wordt (?:vandaag )?bezorgd|w doręczeniu|w doręczaniu|wydan\w+ (?:kurierowi )?do doręczenia|przekazan\w+ (?:kurierowi )?do doręczenia|dağıtım(?:da|a çık)|teslimata çık|dağıtıma",
        r"(?:sedang|dalam) (?:dikirim|diantar|pengantaran|proses pengantaran|pengiriman ke alamat)|dibawa kurir|đang (?:giao|phát|được giao|đi phát)|đi giao|กำลังนำส่ง|กำลังจัดส่ง|ออกนำจ่าย|นำจ่าย|ระหว่างการนำจ่าย|בדרך (?:ללקוח|אלי)|יצא(?:ה)? ל(?:חלוקה|מסירה|משלוח)|אצל השליח|בחלוקה|डिलीवरी के लिए|वितरण के लिए|на доставку|doručován|kiszállítás alatt|in curs de livrare",
    ),
    "ready_for_pickup": (
        r"(?:ready|available|waiting|awaiting|held|kept|hold)\b.{0,60}?\b(?:for|to be|be|at|your|customer|recipient|addressee|in)?\s?(?:pickup|collection|collected|picked up|pickuped)\b|^(?:awaiting|waiting for|ready for|available for) (?:pickup|collection)|can be (?:collected|picked up)|please (?:collect|pickup)|pickup (?:ready|available|code)|notice left.*pickup|collect (?:it|your)",
        r"(?:disponible|prêt|attend|attente|à disposition).{0,50}?(?:retrait|relais|retir|point|bureau de poste|récupér|consigne)|à retirer|peut être retiré",
        r"abholbereit|zur (?:selbst)?abholung|bereit.{0,30}abhol|abhol.{0,20}bereit|kann (?:\w+ ){0,4}abgeholt werden|liegt .{0,40}(?:bereit|abhol)|wartet auf (?:ihre |die )?abholung",
        r"aguardando (?:a )?(?:sua )?retirada|(?:dispon[ií]vel|pronto|liberado) para (?:\w+ )?(?:retirada|levantamento|recolha|ser retirado)|aguarda levantamento|(?:listo|disponible|espera|pendiente).{0,30}?(?:recog|retir|punto)|(?:pronto|disponibile|attesa).{0,30}?(?:ritir)|in giacenza|a disposizione presso|(?:lo|la) puede recoger",
        r"(?:готов|ожида|доступ|можно).{0,50}?(?:выдач|вручен|получен(?!\w* отправител)|самовыв|забрать|получить|в (?:отделении|месте вручения|пункте|постамат))|прибыл\w* в место вручения|хранени",
        r"(?:جاهز|متاح|بانتظار|انتظار).{0,30}?(?:استلام|للاستلام|التقاط)|يمكنك استلام",
        r"수령 ?(?:대기|가능)|픽업 ?(?:대기|가능)|방문 ?수령|찾아가|보관 ?중",
        r"(?:受け?取り?|引き?取り?)(?:可能|待ち)|窓口.{0,6}(?:保管|お?受)|到着通知|ご?不在.{0,8}保管|保管期[限間]",
        r"待取|等待(?:用户|客户)?(?:自提|取件|领取)|待(?:用户)?自提|自提点(?:签收|入库)|请.{0,10}(?:取件|自提|领取)|代收|(?:投|入|放|存)(?:入|放|至|进)?.{0,8}(?:快递柜|丰巢|柜|驿站)|(?:驿站|快递柜)(?:代收|签收|入库)|已到.{0,6}自提|可自提|招领",
        r"(?:klar?t?|finns|redo|kan|ligger|väntar).{0,40}?(?:upphämt|hämtas|avhämtning|ombud)|kan hämtas|(?:klaar|beschikbaar|ligt|kan).{0,40}?(?:afhal|ophal|afgehaald|opgehaald)|(?:gotow|oczekuj|czeka|awiz).{0,50}?(?:odbi|odebr|punkci|placów|paczkomat)|teslim almaya hazır|(?:şubede|teslim noktasında|kargomat).{0,20}bekl|alınmayı bekl|siap (?:diambil|dijemput)|(?:sẵn sàng|chờ|có thể) (?:để )?(?:nhận|lấy)|พร้อมรับ|รอรับ|รอ(?:ผู้รับ)?มารับ|(?:ממתינ?ה?|מוכנ?ה?|זמינ?ה?|מחכה).{0,40}?(?:איסוף|לאיסוף|לקבלה|בסניף|בלוקר|בנקודת)|ניתן לאסוף|(?:पिकअप|लेने) के लिए (?:तैयार|उपलब्ध)|připraven\w* k (?:vyzvednuti|odberu)|ready for collect",
    ),
    # The carrier is to pick up, not the customer.
    "for_carrier": (
        r"(?:pickup|collection|collected|picked up) (?:\w+ )?by (?:the |a |our )?(?:delivery company|carrier|courier|logistics|driver|shipping company|transport\w*|postal)",
        r"(?:for )?(?:the )?(?:carrier|courier|delivery company|driver|logistics company|shipping company) to (?:pickup|collect)|픽업준비|대형화물",
    ),
    "not_ready": (
        r"not (?:yet )?(?:ready|available)|no longer available|pas encore|nicht bereit|nao disponivel|no disponible|не готов|غير (?:جاهز|متاح)|不可|未到",
    ),
    "attempt": (
        r"delivery attempt|attempt\w* (?:to deliver|delivery|at delivery)|deliver\w* (?:was )?(?:attempted|unsuccessful|failed|failure|not possible|not made|not successful|impossible|refused|missed)|(?:unsuccessful|failed|missed|unable|failure|impossible) (?:\w+ ){0,2}?(?:deliver|attempt)|(?:could|can|was|were|has|have|is) ?(?:not|n't) (?:\w+ ){0,3}?deliver|cannot (?:be )?deliver|not (?:yet )?delivered|undeliver|non[ -]deliver|delivery exception|attempted$|notice left|card left|left (?:a )?(?:notice|card)",
        r"tentative de livraison|livraison (?:impossible|echouee|non|a echoue|n'a)|(?:n'a pas|pas pu|n'ont pas|non) (?:\w+ )*?(?:livre|remis|distribue)|avis de passage|echec de (?:la )?(?:livraison|distribution|remise)|non (?:livre|distribue)",
        r"zustellversuch|zustellung (?:\w+ ){0,3}?(?:nicht|fehlgeschlagen|gescheitert|erfolglos|unmoglich)|(?:nicht|konnte) (?:\w+ ){0,6}?(?:zugestellt|ausgeliefert|angetroffen)|nicht zustellbar|unzustellbar|erfolglose[rn]? zustell|benachrichtigungskarte|fehlgeschlagene zustell",
        r"tentativa de entrega|(?:intento|tentativo) (?:\w+ )?(?:de|di) (?:entrega|reparto|consegna)|entrega (?:\w+ ){0,2}?(?:nao|no|sem|falh|fallid|frustrad|fracasad|malograd|impossiv|imposib)\w*|(?:nao|no) (?:\w+ ){0,4}?entreg|falha na entrega|insucesso na entrega|fallo (?:\w+ )?entrega|entrega (?:mal ?sucedida|ausente)|destinatario ausente|carteiro nao|(?:non|mancata|fallita) (?:\w+ ){0,2}?consegn|consegna (?:\w+ ){0,2}?(?:non|fallita|impossibile|mancata)|aviso de llegada",
        r"(?:неудачн|неуспешн)\w+ (?:попытк|вручен|доставк)|попытк\w+ (?:вручен|доставк)|(?:не (?:удал\w+|был\w*|смог\w*|получил\w*)).{0,20}?(?:вруч|достав)|доставка (?:\w+ )?не |невруч|недостав|не вручен|не доставлен|временное отсутствие адресата|невозможно (?:вручить|доставить)",
        r"(?:محاولة|محاولات) (?:ال)?ت(?:سليم|وصيل)|(?:فشل|تعذر|لم يتم|لم) .{0,12}?(?:ال)?ت(?:سليم|وصيل)|تعذر (?:ال)?(?:تسليم|توصيل|وصول)|غير ناجح",
        r"미배달|배달 ?(?:실패|불가|미완료)|배송 ?(?:실패|불가)|수취인 ?부재|부재 ?중|재배달",
        r"ご?不在|持ち?戻り|配達できません|配達失敗|お届けできません",
        r"投递失败|派送失败|投递未成功|未妥投|妥投失败|妥投异常|派送异常|派送不成功|用户签收(?:异常|失败)|投递异常|(?:无法|未能)(?:派送|投递|联系|妥投)|派件(?:异常|失败)|派送不成功|投遞不成功|派送失敗",
        r"leverans(?:försök)? (?:\w+ )?misslyck|leveransförsök|(?:kunde|gick) inte (?:\w+ )?(?:leverera|lämna|dela)|misslyckad (?:leverans|utdelning)|inte levere|niet (?:\w+ )?(?:bezorgd|afgeleverd|thuis)|bezorgpoging|bezorging (?:\w+ )?mislukt|nieudan\w+ (?:próba )?doręcz|próba doręczenia|nie (?:\w+ )?doręczon|doręczenie nieudane|nie zastano|teslim edile?me|teslimat (?:\w+ )?(?:başarısız|yapılamad)|dağıtım başarısız|gagal (?:dikirim|antar|kirim|diantar)|pengiriman gagal|tidak (?:berhasil|dapat) (?:dikirim|diantar)|giao (?:hàng )?(?:không thành|thất bại)|phát (?:không thành|thất bại)|chưa giao được|นำจ่ายไม่สำเร็จ|จัดส่งไม่สำเร็จ|ส่งไม่สำเร็จ|(?:ניסיון|נסיון) (?:מסירה|חלוקה)|(?:לא|טרם) נמסר|המסירה נכשלה|मसला|डिलीवरी (?:का प्रयास|विफल|असफल)|डिलीवर नहीं|nedoručen|nepodařilo se doručit|sikertelen kézbesít",
    ),
    # A return that is over, and signs that it is not.
    "return_over": (
        r"\breturned\b|deliver\w* (?:\w+ )?(?:back )?to (?:the )?(?:original )?(?:sender|shipper|seller|merchant)|return (?:\w+ )?(?:complete|deliver|received)|(?:sender|seller|shipper) (?:has )?(?:received|collected)",
        r"retournée?\b|renvoyée?\b|zurückgesendet|zurückgesandt|zurückgeschickt|retourniert|zurück (?:an|beim) (?:den )?absender",
        r"devolvid[oa]|devuelt[oa]|retornad[oa]|restituit[oa]|rispedit[oa]|возвращен[аоы]?\b|возврат (?:завершен|вручен|получен)|возвращен[аоы]? отправителю|повернен",
        r"تم (?:ال)?(?:ارجاع|اعادة)|تمت (?:ال)?اعادة|반송 ?완료|반품 ?완료|회송 ?완료|返送完了|返送済|已退回|已退件|退回卖家签收|退件签收|退回签收|已退還|退件成功",
        r"returnerat\b|returnerad\b|återsänd\b|zwrócon[aoy]|iade edildi|(?:telah|sudah) dikembalikan|đã (?:hoàn|trả|chuyển hoàn)|ส่งคืน.{0,6}(?:แล้ว|สำเร็จ)|הוחזר|החזרה הושלמה|वापस (?:कर दिया|हो गया)|vrácen[aoy]?\b|geretourneerd|terugbezorgd",
    ),
    "return_going_on": (
        r"\bbeing\b|\bis return|returning|in (?:the )?(?:process|progress|transit)|initiat|start|begun|began|\bon (?:its|the) way|\bwill\b|to be returned|en cours|\bsera\b|\bva\b|wird\b|unterwegs|em (?:processo|transito|devolucao)|sendo|esta siendo|en proceso|in corso|sara\b|возвращается|в процессе|будет|جار|قيد|سيتم|중$|반송중|退回中|返送中|正在|håller på|kommer att|jest|zostanie|ediliyor|edilecek|sedang|akan|đang|sẽ|กำลัง|בדרך|רहा|(?:facility|warehouse|depot|station|hub|cent(?:er|re)|office|carrier|post office|terminal)\b|海外",
    ),
    "return_to_depot": (
        r"return\w* (?:\w+ ){0,3}?to (?:\w+ ){0,3}?(?:facility|depot|station|hub|center|office|carrier|terminal|branch|warehouse of (?:the )?carrier)|(?:zuruck|retour) (?:\w+ ){0,2}?(?:ins?|zum|an das|au|vers le) (?:\w+ )?(?:depot|zustelldepot|paketzentrum|centre|center|agence)",
    ),
    # ── words that say nothing of the stage ─────────────────────────────────────────────────────
    "generic": (
        r"^(?:(?:carrier|shipping|delivery|logistics|transport|tracking|status|shipment|package|parcel) (?:status )?updated?s?|updated?)$",
        r"in[ -]?transit\b|on (?:the|its|their) way|\bmoving\b|^(?:shipment |package |parcel )?(?:in )?(?:processing|transport(?:ing|ation)?|movement|shipped|other|forwarded|shipping)$|en route|underway|last[ -]?mile forecast|network",
        r"en transit|en (?:cours d')?acheminement|en route|mise à jour|suivi",
        r"unterwegs|in (?:transport|bearbeitung|transit)|transport(?:iert|aktualisierung)?$|sendung wird (?:befördert|transportiert)|aktualisierung|wird transportiert",
        r"em trânsito|em (?:transporte|deslocamento)|a caminho|en (?:tránsito|camino|ruta|curso)|encaminhad|in (?:transito|viaggio)|aggiornamento|atualização|actualización|em processamento",
        r"в пути|транзит|следует|обновлени|в обработке|обработка|перемещ",
        r"في الطريق|قيد (?:ال)?(?:نقل|شحن|عبور)|تحديث|العبور|جاري الشحن",
        r"배송 ?중|운송 ?중|이동 ?중|간선|輸送中|運送中|通過|経由",
        r"运输中|在途|转运|运送中|^其他$|已发货$|运输途中|轉運|運輸|転送",
        r"transportuppdatering|under transport|på väg|underveis|undervejs|onderweg|w (?:drodze|transporcie|trasie)|yolda|taşıma|transfer|dalam perjalanan|transit|đang (?:vận chuyển|trung chuyển)|trên đường|ระหว่าง|กำลังขนส่ง|בדרך|במעבר|מעבר|रास्ते|पारगमन",
    ),
    "nothing_yet": (
        r"no (?:\w+ ){0,3}?(?:tracking|logistics|shipping|shipment) ?(?:updates?|information|info|data|events?)|no (?:updates?|information|events?|data)(?: (?:is |are )?(?:yet|available|found))?$|not (?:yet )?(?:been )?(?:shipped|dispatched|sent)|tracking (?:information )?(?:is )?not (?:yet )?(?:available|found)|not yet (?:in|available)|awaiting (?:seller|merchant)|waiting for (?:the )?(?:seller|merchant)|seller (?:is )?prepar|awaiting (?:dispatch|payment)$",
        r"aucune? (?:information|suivi|mise à jour)|pas encore (?:expédié|d'information)|en attente d'expédition|keine (?:\w+ )?(?:informationen|sendungsdaten|daten|aktualisierung)|noch nicht (?:versandt|versendet|verschickt)|sem (?:informa|atualiza)|nenhuma? (?:informa|atualiza)|ainda não (?:foi )?(?:enviad|postad)|sin (?:informa|actualiza)|aún no|nessun\w* (?:informazion|aggiornament)|non ancora spedit",
        r"нет (?:информации|данных|обновлений)|пока нет|еще не отправлен|ожидает отправки|ожидание отправки|لا توجد (?:معلومات|تحديثات|بيانات)|لم يتم (?:ال)?شحن|بانتظار (?:ال)?شحن|بانتظار البائع|배송정보 ?없음|조회.{0,6}없|발송 ?전|발송 ?대기|暂无|没有.{0,6}(?:信息|轨迹)|无物流|等待卖家|待发货|未发货|卖家备货|情報がありません|未発送|発送待ち|尚無",
        r"ingen (?:\w+ )?(?:information|spårning)|inte skickat|väntar på säljar|geen (?:\w+ )?(?:informatie|updates)|nog niet (?:verzonden|verstuurd)|brak (?:\w+ )?(?:informacji|danych|aktualizacji)|bilgi (?:yok|bulunamadı)|belum ada|chưa có|ไม่มีข้อมูล|אין (?:מידע|עדכונ)|कोई (?:जानकारी|अपडेट)",
    ),
}


def _compile(lines: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(letters(line) for line in lines))


PHRASES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {phrase: _compile(lines) for phrase, lines in _PHRASES.items()}
)
