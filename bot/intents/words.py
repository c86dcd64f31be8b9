"""The words of `bot.intents`: phrases separated by "|"; a star stands for the rest of a word.

Each language has three lists: question words, words for the thing, and phrases that are questions by
themselves. A question needs one of the first and one of the second list, or one of the third. Words are
written with accents here, and matched with or without them.
"""

from __future__ import annotations

QUESTIONS: tuple[tuple[str, str, str], ...] = (
    (  # English
        "where|wheres|when|whens|checking|arriving|how many|delivered|sent|unchanged|moving|status"
        "|track*|locate|update|updates|news|eta|arriv*|late|delay*|received|receive|haven t|havent"
        "|hasn t|hasnt|didn t|didnt|not here|not come|how long|waiting|shipped|dispatched|been sent|lost"
        "|missing|stuck|on the way|on its way|find my|check my|check on|see my|show my|show me|get my"
        "|come|coming|what happened|expected|still no|wen|left|leave|ship|china|nothing|weeks|days"
        "|held up|no movement|hasn t moved|not moving|how much longer|how far|gets here|get here|arrive"
        "|where r|where are|whereabouts|supposed to|customs|info|been here by now|held|forever|supposed"
        "|updating|updated",
        "order|orders|parcel*|package*|packet*|shipment*|shipping|delivery|deliveries|item|items|stuff"
        "|goods|purchase*|product|products|pkg|pacage|packege|pakage|packge|parcell|parcle|parsel|percel"
        "|oder|ordr|odrer|things|thing|shoes|tracking",
        "where is it|where s it|where s my|when will it|when does it|when is it|has it shipped"
        "|has it been sent|has it arrived|is it here|any news|any update|any updates|tracking info*"
        "|havent received|haven t received|not received|never arrived|received nothing|taking so long"
        "|status|tracking|track|delivery date|is it arriving|is it delivered|nothing arrived|track my"
        "|wismo|is it coming|when will i get|when do i get|when am i getting|when will i receive"
        "|what s taking so long|did you ship|have you shipped|has it left|ship it already|shipped it yet"
        "|nothing has come|nothing came|nothing yet|nothing has arrived|wen is it|wen will it|comming"
        "|coming when|when is my|when are my|where are my|where r my|wheres|gets here|get here"
        "|how much longer|still waiting|no movement|is it lost|has it been lost|been waiting|did it ship"
        "|did they ship|should have been here|should be here by now|i m waiting|i am waiting|waiting for"
        "|is it on the way|when does it get|any info|taking forever|takes forever|supposed to come"
        "|supposed to arrive|should have come|not updating|hasn t updated"
        "|what s new",
    ),
    (  # German
        "wo|wohin|wann|status|verfolg*|sendungsverfolgung|stand|neuigkeiten|angekommen|ankommt|ankommen"
        "|erhalten|bekommen|bekomme|kommt|kommen|versandt|verschickt|verspät*|warte|immer noch|wie lange"
        "|verloren|unterwegs|geliefert|fehlt|liegt|bleibt|da|raus|nix|dauert|steht still|hängt fest"
        "|bewegt sich|nichts|verschwunden|gekommen|eingetroffen|zugestellt|wie weit|zoll|info*|hängt"
        "|fest|was neues|da ist|lässt auf sich",
        "paket*|päckchen|bestellung|bestellungen|sendung|lieferung|ware|artikel|post|päckli|packet*"
        "|päckchen*|zustellung|bestellte|bestellt|zeug|sachen|sendungsverlauf|sendungsnummer|tracking*"
        "|trackingnummer",
        "wo bleibt|nichts angekommen|nicht angekommen|nichts bekommen|dauert so lange"
        "|dauert das so lange|status|sendungsverfolgung|tracking|lieferdatum|wann kommt|wann ist es da"
        "|wo ist es|gibt es neuigkeiten|gibts was neues|gibt es was neues|schon verschickt|schon da"
        "|schon unterwegs|wann bekomme ich|wann erhalte ich|nix bekommen|nix angekommen|nix gekommen"
        "|noch nix|noch nichts|wie lange noch|dauert es noch|dauert der versand|dauert das noch"
        "|warte noch immer|warte immer noch|warte schon|schon raus|nicht gekommen|wann kriege ich"
        "|wann krieg ich|wann kommts|wo bleibts|tut sich nichts|bewegt sich nicht*|ich warte|wir warten"
        "|warte seit|warten auf|was neues|im zoll|beim zoll|sendungsstatus|paketstatus|lieferstatus"
        "|bestellstatus|auf sich warten|aktualisiert sich nicht"
        "|was ist los",
    ),
    (  # Spanish
        "dónde|donde|cuándo|cuando|estado|rastre*|seguimiento|seguir|llega|llegan|llegó|llegará|llegar"
        "|llegado|recib*|enviado|enviaron|demora*|tarda*|retras*|retraso|esperando|perdido|novedades"
        "|noticias|ubicar|localizar|todavía no|aún no|saber|qué pasó|aparece|por dónde va|qué pasa"
        "|parado|detenido|estancado|se mueve|nada|días|semanas|cuánto|llegando|todavía|aduana*|atascad*"
        "|viene|saben|sabe|info*|actualiza*|avance*",
        "pedido|pedidos|paquete*|envío|envio|envíos|compra|orden|entrega|encomienda|producto|artículo"
        "|paquet*|correo|cosas|lo que compré|lo que pedí|mercancía|mercadería",
        "dónde está|no recibí nada|no he recibido|no me llegó|tarda mucho|ha salido|rastreo|rastrear"
        "|seguimiento|estado|fecha de entrega|donde esta|cuándo llega|cuando llega|cuánto falta"
        "|ya lo enviaron|ya salió|no me ha llegado|no ha llegado|no llegó|aún no llega|alguna novedad"
        "|cuánto tarda|cuanto tarda|tarda en llegar|cuándo me llega|cuando me llega|por dónde va"
        "|no aparece|no llega|no llegan|sigue sin llegar|sin noticias|cuánto tiempo más|no se mueve"
        "|y mi paquete|y mi pedido|esperando|llevo un mes|ya viene|en aduana*|espero desde"
        "|no se actualiza|sin avances|qué hay de nuevo|hay algo nuevo",
    ),
    (  # French
        "où|ou est|ou en est|quand|statut|état|suivi|suivre|arrive*|arrivé|arrivera|reçu|recevoir"
        "|recevrai|expédié*|envoyé*|retard|attends|perdu|nouvelles|toujours pas|pas encore"
        "|combien de temps|livré*|bloqué|avance|bouge|pour quand|combien|toujours|en route|parti"
        "|arrivent|bloquée|coincé|depuis|rien|douane*|coincé*|info*|actualis*|met à jour",
        "colis|commande|commandes|livraison|paquet|envoi|achat|article|colis*|paquets|marchandise"
        "|articles|achats",
        "où est il|suivi|statut|date de livraison|ou est il|quand arrive|quand vais je recevoir"
        "|des nouvelles|toujours rien reçu|rien reçu|où en est|ou en est|n avance plus|ne bouge plus"
        "|c est pour quand|c est quand|arrive quand|toujours pas reçu|toujours pas arrivé|pas reçu"
        "|est il parti|combien de temps encore|ça arrive quand|il est où|elle est où|j attends|attends"
        "|attend toujours|à la douane|en douane|pas mis à jour|ne se met pas à jour"
        "|quoi de neuf|que se passe t il",
    ),
    (  # Italian
        "dove|dov è|dov e|dovè|quando|stato|tracci*|tracking|arriva*|arrivato|arriverà|ricevut*|ricevo"
        "|ricevere|spedit*|ritard*|aspett*|perso|novità|notizie|ultimo|vedere|vedi|ancora|quanto|seguire"
        "|a che punto|fermo|ferma|bloccat*|muove|quanto tempo|settimane|giorni|partit*|arrivati|fine"
        "|dogana|info*|sapete|aggiorn*",
        "pacco|pacchi|ordine|ordini|spedizione|consegna|acquisto|articolo|pacchetto|pacc*|roba|merce"
        "|articoli|cosa|spedizioni",
        "dov è|quando arriva|non ho ricevuto|non è arrivato niente|ci mette tanto|stato|tracking"
        "|data di consegna|ci sono novità|è partito|non è arrivato|non mi è arrivato|quanto manca"
        "|a che punto|quanto ci vuole|quanto tempo|sto aspettando|ancora niente|ancora nulla|non arriva"
        "|non si muove|è fermo|è ferma|che fine ha fatto|quando mi arriva|aspetto|aspettando|in dogana"
        "|non si aggiorna|che novità|che succede",
    ),
    (  # Portuguese
        "onde|cadê|kd|quando|status|estado|rastre*|seguir|acompanh*|chega|chegou|chegará|chegar"
        "|vai chegar|receb*|enviad*|atras*|demora*|esperando|à espera|perdid*|novidade*|notícia*"
        "|ainda não|previsão|saber|parado|despach*|sumiu|em que pé|travad*|parad*|mexe|dias|semanas|nada"
        "|quanto tempo|chegam|saiu|cade|alfândega|pres*|retid*|info*|fiscaliza*|atualiza*",
        "pedido|pedidos|encomenda*|pacote|entrega|compra|compras|envio|produto|mercadoria|volume"
        "|encomendas|pacotes|coisas|mercadoria*|produtos|correio",
        "onde está|onde tá|não recebi nada|não chegou nada|está demorando|rastreio|rastrear|rastreamento"
        "|status|data de entrega|cadê|quando chega|alguma novidade|já foi enviado|já saiu|não chegou"
        "|não recebi|ainda não chegou|em que pé|comprei e nada|e nada ainda|nada ainda|até agora nada"
        "|não chega|não se mexe|quanto tempo|quanto falta|estou esperando|cadê meu|e o meu pedido"
        "|quando vai chegar|quando é que chega|esperando|à espera|estou à espera|previsão|na alfândega"
        "|já faz um mês|preso na|não atualiza|o que se passa|o que está acontecendo",
    ),
    (  # Dutch
        "waar|waarom|wanneer|status|volg|volgen|track*|aangekomen|aankomt|komt|ontvang*|verzonden"
        "|verstuurd|vertraag*|vertraging|wacht|kwijt|nieuws|nog niet|nog steeds|hoe lang|onderweg"
        "|bezorgd|geleverd|blijft|duurt|duren|stil|beweegt|binnen|weken|dagen|niks|niets|hoelang"
        "|gebleven|zoek|douane|vast|info*|gekregen|update*",
        "pakket*|pakje|bestelling*|zending|levering|bezorging|pakketje|order|artikel|pakketten|spullen"
        "|pakjes|bestelde|post",
        "waar is het|niets ontvangen|niet ontvangen|duurt zo lang|duurt het zo lang|status"
        "|track and trace|tracktrace|leverdatum|waar blijft|wanneer komt|is het al|wanneer krijg ik"
        "|wanneer ontvang ik|is er nieuws|hoe lang duurt|hoelang duurt|hoe lang nog|hoelang nog"
        "|duurt het nog|nog niks|nog niets|niet binnen|nog niet ontvangen|nog niet binnen|ik wacht"
        "|staat stil|beweegt niet|wacht al|aan het wachten|bij de douane|niks gekregen|niets gekregen"
        "|update niet|wat is er aan de hand",
    ),
    (  # Polish
        "gdzie|kiedy|status|śledz*|śledź|dotr*|dojdzie|doszła|doszło|przyjdzie|przyszła|przyszło|będzie"
        "|otrzym*|dosta*|nie przyjechał*|przyjedz*|przyjech*|wysłan*|wysłał*|opóźni*|czekam|zgubi*"
        "|zagin*|wieści|nadal|jeszcze nie|ile|utknęł*|w drodze|jak długo|długo|czekać|stoi|rusza|dni"
        "|tygodni*|nic|dlaczego|czemu|co z|ile jeszcze|dojechał*|idzie|cle|cło|celn*|celny|wiadomo|info*"
        "|utkn*|aktualizuj*",
        "paczk*|kurier*|przesyłk*|zamówieni*|dostaw*|towar|zakup*|pakiet*|rzecz*|towary",
        "gdzie jest|nic nie doszło|nie dostał*|nie otrzymał*|tak długo|status|śledzenie|tracking"
        "|kiedy dosta*|data dostawy|kiedy dotrze|kiedy przyjdzie|kiedy będzie|co z moją|co z moim"
        "|czy już wysłan*|nie doszło|nie dotarło|jak długo|ile jeszcze|stoi w miejscu|nie rusza"
        "|nadal nic|dalej nic|jeszcze nic|nie przyszł*|nie doszł*|wciąż czekam|ciągle czekam"
        "|długo czekać|czekam|czekamy|w cle|urząd celny|urzędzie celnym|nie aktualizuje"
        "|co nowego|co się dzieje",
    ),
    (  # Russian
        "где|когда|статус|отслед*|отслеж*|покаж*|проверить|проверь*|трек*|придет|придёт|пришел|пришёл"
        "|пришла|приехал*|прибуд*|доставят|доедет|едет|получ*|отправ*|задерж*|опазды*|жду|потеря*"
        "|новост*|до сих пор|еще нет|долго|идет|идёт|сколько|застрял*|сроки|что с|местонахожд*"
        "|стоит на месте|не двигается|зависл*|завис|висит|недел*|дней|доехал*|прибыл*|что там|почему"
        "|вышл*|таможн*|инфа|информаци*|есть ли|обнов*",
        "посылк*|посылоч*|заказ|заказа|заказы|заказов|заказом|заказу|доставк*|отправлен*|товар*|пакет"
        "|бандерол*|покупк*|закас|закс|посыл*|пасылк*|покупка|вещи|груз*",
        "где она|ничего не пришло|не получил|не получила|так долго|отследить|отслеживание|статус"
        "|трек номер|дата доставки|срок доставки|сколько ждать|где он|где моя|где мой|когда придет"
        "|когда придёт|когда приедет|когда доставят|когда будет|есть новости|какие новости|уже отправили"
        "|ну что там|долго ждать|долго еще|не пришел|не пришла|сколько еще ждать|сколько ещё ждать"
        "|долго ли|стоит на месте|не двигается|ничего нет|так и не пришл*|все еще жду|всё ещё жду"
        "|заждал*|когда получу|едет или нет|где же|ну где|что с доставкой|жду|ждем|ждём|ожидаю"
        "|на таможне|когда доставка|не обновл*|трек не|что нового",
    ),
    (  # Ukrainian
        "де|коли|статус|відстеж*|відслід*|трек*|прийде|прийшла|прийшло|приїде|прибуде|доставлять|їде"
        "|отрим*|відправ*|затрим*|чекаю|загуби*|новини|досі|ще нема|ще немає|довго|скільки|йде|застряг*"
        "|що з|стоїть|не рухається|завис*|тижн*|днів|приїхал*|прибул*|що там|чому|нема|немає|митниц*"
        "|інфа|інформаці*|оновл*",
        "посилк*|замовлен*|доставк*|відправлен*|товар*|пакунок|пакунк*|покупк*|посил*|пакун*|речі"
        "|замовленн*",
        "де вона|нічого не прийшло|не отримав|не отримала|так довго|відстежити|відстеження|статус"
        "|дата доставки|де воно|де моя|де моє|коли прийде|коли приїде|коли буде|є новини|які новини"
        "|вже відправили|не прийшла|скільки ще чекати|скільки чекати|стоїть на місці|не рухається"
        "|так і не прийшл*|все ще чекаю|коли отримаю|ну де|де ж|що з доставкою|довго чекати|чекаю"
        "|чекаємо|очікую|на митниці|не оновл*|трек не|що нового",
    ),
    (  # Turkish
        "nerede|nerde|nereye|ne zaman|nezaman|durumu|durum|takip*|gelir|gelecek|gelmedi|geldi|ulaş*"
        "|teslim*|gönder*|gecik*|bekliyorum|kayboldu|kayıp|haber|hala|hâlâ|kaç gün|çıktı|kaldı|yola"
        "|hangi|niye|neden|kaç|hareket|bekle*|varır|gelmiyor|ulaşır|geçer|nerelerde|oldu|ne oldu|aşama*"
        "|gümrük*|takıl*|durumda|bilgi|güncel*|gündür|haftadır|aydır",
        "kargo*|sipariş*|paket*|ürün*|gönderi*|teslimat*|kargom*|eşya*|mal*|aldığım",
        "ne zaman gelir|kaç günde|kaç güne|takip no|gelmedi|elime ulaşmadı|kargo takip|durumu"
        "|ne zaman gelecek|ne zaman ulaşır|nerede kaldı|yola çıktı mı|geldi mi|haber var mı|elime geçer"
        "|ne oldu|hareket yok|hareket etmiyor|hala gelmedi|ne zaman ulaşacak|daha ne kadar"
        "|ne kadar sürer|bekliyorum hala|nerelerde|bekliyorum|bekliyoruz|bekliyom|gümrükte|ne durumda"
        "|bir gelişme|güncellenmiyor|güncellenmedi",
    ),
    (  # Indonesian
        "dimana|di mana|mana|kapan|status|lacak|cek|melacak|sampai|sampe|tiba|datang|terima|diterima"
        "|dikirim|kirim|telat|terlambat|tunggu|menunggu|hilang|kabar|belum|berapa lama|nyampe|posisi"
        "|soal|tanya|gimana|kpn|kok|udah|sudah|sampek|lama|kenapa|dmn|gmn|mandek|stuck|nyangkut"
        "|gak gerak|bea cukai|tertahan|info|update",
        "paket*|pesanan*|order*|orderan*|kiriman*|pengiriman|barang*|belanjaan|barang|kiriman|brg|pktku"
        "|paketku|barangnya|orderanku|pesananku",
        "kapan sampai|cek resi|lacak|status|bisa dikirim|kapan dikirim|nomor resi|kapan datang"
        "|kapan tiba|sudah sampai mana|sampai mana|sudah dikirim|ada kabar|belum sampai|belum datang"
        "|kpn dikirim|kpn sampai|kpn sampe|kpn datang|udah sampe mana|udah sampai mana|sampe mana"
        "|belum dateng|belum nyampe|lama banget|masih lama|kapan nyampe|kok lama|belum juga|nunggu"
        "|menunggu|nungguin|bea cukai|masih nunggu|tidak update|gak update|ga update|resi belum",
    ),
    (  # Vietnamese
        "đâu|ở đâu|khi nào|bao giờ|bao lâu|chừng nào|tình trạng|trạng thái|theo dõi|tra cứu|kiểm tra|đến"
        "|tới|nhận|giao|gửi|trễ|chậm|chờ|đợi|thất lạc|tin|chưa|mất|sao lâu|lâu|chưa thấy|bao h|bh"
        "|mấy ngày|đứng im|kẹt|về|ship|hải quan|mắc|cập nhật",
        "đơn|đơn hàng|gói hàng|hàng|kiện hàng|bưu kiện|bưu phẩm|vận đơn|đồ|món|kiện|bưu gửi|sản phẩm",
        "bao giờ tới|tra cứu|tình trạng|trạng thái|khi nào tới|bao giờ đến|khi nào đến|khi nào giao"
        "|bao giờ giao|khi nào nhận được|đến đâu rồi|tới đâu rồi|đi tới đâu|có tin gì|sao lâu thế"
        "|sao lâu vậy|chưa thấy hàng|chưa nhận được|bao h thì|bao giờ nhận|khi nào về|bao giờ về|về chưa"
        "|tới chưa|đến chưa|giao chưa|mấy ngày nữa|còn bao lâu|lâu thế|đợi|chờ|đợi mãi|chờ mãi|hải quan"
        "|không cập nhật|chưa cập nhật",
    ),
    (  # Arabic
        "اين|وين|فين|متى|امتى|متي|حالة|وضع|تتبع|تتبّع|يصل|وصل|توصل|وصول|تصل|استلم|استلام|شحن|تاخر|متاخر"
        "|تأخير|انتظر|ضاع|اخبار|جديد|كم يوم|شلون|كيف|وينه|لم|لسه|لسا|بعد|ليش|لماذا|تاخرت|تأخرت|وصلت"
        "|واقفه|واقفة|عالق*|محتجز|قديش|كم|باقي|يوصلني|توصلني|ماوصل|راح|جمارك|الجمارك|جمرك|عالقه|صار"
        "|يتحدث|تحديث",
        "طلب|اوردر|طرد|شحنة|شحنتي|طلبية|بضاعة|غرض|اغراض|توصيل|شحنه|طلبيتي|طلبي|طردي|اغراضي|مشترياتي|المنتج"
        "|البضاعه|بطلبيتي|بطلبي",
        "اين هو|تتبع|متى يوصل|حالة الطلب|اين هي|متى يصل|متى توصل|متى تصل|هل وصل|هل تم شحن|وين صار"
        "|وين وصل|متى راح يوصل|لم يصل|ما وصل|ما وصلني|لم تصل|ما وصلت|لسه ما وصل|متى راح توصل|كم باقي"
        "|وين صارت|تاخر كثير|تاخرت كثير|متى يوصلني|متى توصلني|انتظر|منتظر|ناطر|مستني|استنى|بالجمارك"
        "|شو صار|صار لي|لا يتحدث|لم يتحدث|ما تسلمت|لم تسلم|ما سلمو|لم يسلم|ما يسلم",
    ),
    (  # Hebrew
        "איפה|היכן|מתי|סטטוס|מצב|מעקב|לעקוב|תגיע|יגיע|מגיע|הגיע|הגיעה|אקבל|קיבלתי|נשלח|מתעכב|עיכוב|מחכה"
        "|אבד|חדש|עדיין|כמה זמן|עוד לא|תקוע|תקועה|נתקע|נתקעה|זז|זזה|שבוע|שבועות|ימים|למה|נשלחה|תגיעו"
        "|מתעכבת|קיבל|מכס|במכס|קורה|מה עם|מתעדכן|עדכון",
        "חבילה|החבילה|הזמנה|הזמנות|משלוח|מוצר|חבילות|ההזמנה|המשלוח|הפריט|פריט|המוצר",
        "מתי זה מגיע|סטטוס|מעקב|איפה זה|מתי יגיע|מתי מגיע|מתי תגיע|יש חדש|יש עדכון|לא הגיע|כמה זמן עוד"
        "|עוד לא הגיע|עדיין לא הגיע|לא קיבלתי|לא הגיעה|מתי אקבל|תקוע|תקועה|מתי זה יגיע|איפה זה תקוע"
        "|עדיין מחכה|מחכה|ממתין|ממתינה|במכס|מה קורה עם|לא מתעדכן|מה המצב|מה חדש",
    ),
    (  # Hindi, also as people type it in Latin letters
        "कहाँ|कहां|किधर|कब|स्थिति|स्टेटस|ट्रैक|पहुंच|पहुँच|आएगा|आयेगा|आया|मिलेगा|मिला|भेजा|देर|इंतज़ार"
        "|इंतजार|खो|खबर|अभी तक|कितने दिन|kahan|kaha|kab|kidhar|kya|date|aayega|ayega|milega|nahi aaya"
        "|nahin aaya|nahi mila|pahunch*|status|track*|क्यों|दिन|अटक|रुका|कितना|पता|kitne din|kitna|kyu"
        "|kyun|atka|tak|pahucha|aya|aaya|mila|deliver|कस्टम|क्या हुआ|हुआ|customs",
        "ऑर्डर|आर्डर|पार्सल|पैकेज|पैकेट|सामान|डिलीवरी|डिलिवरी|शिपमेंट|कूरियर|order|parcel|package|saman"
        "|delivery|samaan|चीज|प्रोडक्ट|parsal|product|saamaan|courier",
        "कब आएगा|स्टेटस|ट्रैक|कहां पहुंचा|कब आयेगा|कब मिलेगा|कहाँ है|कहां है|कहाँ पहुंचा|kab aayega"
        "|kab ayega|kab milega|kahan hai|kaha hai|कितने दिन|अभी तक नहीं|नहीं आया|नहीं मिला|कब पहुंचेगा"
        "|कब तक आएगा|abhi tak nahi|nahi aaya|nahi mila|kab tak|kitne din|kitna time|kahan tak|kaha tak"
        "|इंतजार|इंतज़ार|intezar|intezaar|wait kar|कस्टम में",
    ),
    (  # Thai
        "ไหน|เมื่อไหร่|เมื่อไร|กี่วัน|สถานะ|ติดตาม|เช็ค|ถึง|มาส่ง|ได้รับ|จัดส่ง|ส่งแล้ว|ช้า|ล่าช้า|รอ"
        "|หาย|ยังไม่|คืบหน้า|นาน|กี่|ไม่ขยับ|ไม่มา|ค้าง|ได้ของ|มายัง|วัน|อยู่|ศุลกากร|ติด|วันไหน|สอบถาม"
        "|อัพเดท|อัปเดต",
        "พัสดุ|ของ|สินค้า|ออเดอร์|ออร์เดอร์|คำสั่งซื้อ|กล่อง|ขนส่ง|ที่สั่ง|สั่งไป|สั่งของ|แพ็คเกจ"
        "|กล่องพัสดุ",
        "ถึงไหน|สถานะ|ติดตาม|ถึงแล้วหรือยัง|ถึงยัง|เลขพัสดุ|เมื่อไหร่จะถึง|เมื่อไหร่จะได้|จะถึงเมื่อไหร่"
        "|ได้เมื่อไหร่|ส่งหรือยัง|ยังไม่ได้ของ|ยังไม่ถึง|มีอะไรคืบหน้า|สั่งไปนาน|นานแล้วยัง|ยังไม่ได้รับ"
        "|ยังไม่มา|ไม่ได้ของ|อีกกี่วัน|อีกนานไหม|นานจัง|ไม่ขยับ|ส่งของยัง|ส่งยัง|มายัง|รอนาน|ได้ของ|รอมา"
        "|รออยู่|รอของ|ศุลกากร|ของจะมา|สอบถามพัสดุ|ไม่อัพเดท|ไม่อัปเดต",
    ),
    (  # Japanese
        "どこ|何処|いつ|状況|追跡|届|着|到着|受け取|発送|遅|待|紛失|なくな|まだ|どうな|確認|何日|来|動"
        "|止ま|何時|いま|今|発送済|なぜ|遅い|いつごろ|届く|日数|税関|通関|更新",
        "荷物|注文|商品|配送|小包|配達|品物|オーダー|発送|お届け|パッケージ|宅配|宅急便|発注",
        "いつ届|追跡|配送状況|いつ着|いつ来|いつ頃届|どこですか|届いてい|届きませ|届かな|まだ来|まだ届"
        "|いつ頃|まだです|来ない|来ません|動いてい|止まって|どうなって|あと何日|いつになったら|届くの"
        "|まだかな|まだですか|待ってい|待って|待ちくたび|税関|通関|更新され",
    ),
    (  # Korean
        "어디|언제|상태|추적|조회|도착|받|출발|발송|늦|지연|기다|분실|소식|아직|왜 안|안 와|안와|며칠"
        "|확인|안 옴|멈춰|움직|왔나|왔어|오나|오는|옵니까|어딨|얼마나|걸리|왜|배달|통관|세관|업데이트"
        "|안 바뀌",
        "택배|주문|배송|소포|물건|상품|패키지|제품|물품|배달",
        "언제 와|배송 조회|배송조회|송장|언제와|언제 오|언제오|언제 도착|언제 받|어디쯤|어디까지|안 와요"
        "|안 왔|아직 안|얼마나 걸|언제쯤|언제올|어딨|왜 안|안 옴|안오|안 오|멈춰|배송중|도착했나|왔나요"
        "|못 받|못받|아직도|기다리고|기다려|기다린|통관|세관|안 바뀌",
    ),
    (  # Chinese, both scripts
        "哪|什么时候|什麼時候|何时|何時|几时|幾時|多久|几天|幾天|状态|狀態|查询|查詢|查一下|跟踪|追踪"
        "|追蹤|到了|收到|发货|發貨|寄出|出货|出貨|延误|延誤|慢|等|丢|丟|消息|还没|還沒|进度|進度|没到"
        "|沒到|情况|情況|到货|到貨|动|動|卡|停|催|幾號|几号|到没|在路上|签收|簽收|为什么|為什麼|怎么"
        "|怎麼|啥时候|来|來|海关|海關|清关|清關|更新",
        "包裹|快递|快遞|订单|訂單|物流|货|貨|东西|東西|商品|件|快件|邮件|郵件|宅配|单子|貨物|货物|买的"
        "|買的",
        "到哪|查询|查詢|物流|到了没|到了沒|催发货|催發貨|寄到哪|送到哪|在哪里|在哪裡|在哪儿|什么时候到"
        "|什麼時候到|啥时候到|几号到|什么时候能到|还没到|還沒到|还没收到|還沒收到|发货了吗|發貨了嗎"
        "|寄了吗|寄了嗎|没收到|沒收到|怎么还没|怎麼還沒|不动|不動|没动|沒動|卡住|还要多久|還要多久"
        "|几天能到|幾天能到|什么时候能收|什麼時候能收|到底什么时候|为什么还没|為什麼還沒|一直没|一直沒"
        "|怎么这么慢|怎麼這麼慢|到哪里|到哪裡|到哪儿|等了|等很久|等好久|等了好久|海关|海關|卡关|卡關"
        "|清关|清關|没更新|沒更新|不更新",
    ),
)  # fmt: skip

# With these words beside them, thanks may be meant otherwise: "thanks, but …"
BUT = (
    "but|however|aber|doch|pero|mais|ma|però|mas|porém|maar|ale|но|однако|але|ama|fakat|tapi|nhưng|لكن|بس"
    "|אבל"
    "|लेकिन|पर|lekin|แต่|でも|けど|ですが|하지만|근데|지만|但|可是|不过|不過|not|never|isn t|doesn t|didn t"
    "|nicht|pas|niet"
)

THANKS = (
    "thanks|thank you|thank u|thankyou|thx|tnx|thks|ty|tysm|cheers|much appreciated|danke|dankeschön"
    "|danke schön|vielen dank|besten dank|gracias|mil gracias|merci|grazie|grazie mille|obrigado"
    "|obrigada|obg|valeu|vlw|bedankt|dank je|dank u|dankjewel|dziękuję|dzięki|dziekuje|спасибо|спс"
    "|благодарю|пасиб|спасибочки|дякую|вдячний|вдячна|teşekkürler|teşekkür|teşekkür ederim|sağol|sağ ol"
    "|tşk|tşkler|terima kasih|terimakasih|makasih|trims|thank|cảm ơn|cám ơn|شكرا|مشكور"
    "|يعطيك العافية|תודה|תודה רבה|धन्यवाद|शुक्रिया|थैंक्यू|dhanyavad|shukriya|ขอบคุณ|ขอบใจ|ありがとう"
    "|有難う|サンキュー|감사|고마워|고맙|땡큐|谢谢|謝謝|多谢|多謝|感谢|感謝|谢啦|謝啦|brigado"
    "|brigada|спасибки|eyvallah|eyv|gracia|grax|graciass|mersi|danki|dank|hartstikke bedankt|dzieki"
    "|dzięx|thnx|thnks|thankss|tq|thank yuo|tank you|ありがと|サンクス|あざす|ㄱㅅ|고맙습니다|thanh kiu"
    "|tks|tkss|ขอบคุน|ขอบพระคุณ|مشكوره|شكرن|متشكر|تشكر|תודהה|שכוייח|थैंक्स|thanku|appreciate it"
    "|i appreciate it|appreciated|مشكورين|sağ olun|sağolun"
)  # fmt: skip

GREETINGS = (
    "hi|hello|hey|hiya|good morning|good afternoon|good evening|good day|hallo|guten tag|guten morgen"
    "|guten abend|moin|servus|grüezi|hola|buenas|buenos días|buenas tardes|buenas noches|bonjour|bonsoir"
    "|salut|coucou|ciao|buongiorno|buonasera|salve|olá|oi|bom dia|boa tarde|boa noite|hoi|goedemorgen"
    "|goedemiddag|goedenavond|goedendag|cześć|czesc|hej|dzień dobry|witam|dobry wieczór|привет"
    "|здравствуйте|здрасте|добрый день|доброе утро|добрый вечер|хай|привіт|вітаю|добрий день|доброго дня"
    "|доброго ранку|добрий вечір|merhaba|selam|selamlar|günaydın|iyi günler|iyi akşamlar|halo|hai"
    "|selamat pagi|selamat siang|selamat sore|selamat malam|assalamualaikum|xin chào|chào|chào bạn"
    "|chào shop|alo|مرحبا|سلام عليكم|سلام|السلام عليكم|اهلا|هلا|صباح الخير|مساء الخير|שלום|היי|בוקר טוב"
    "|ערב טוב|נमस्ते|नमस्ते|नमस्कार|हैलो|हेलो|namaste|สวัสดี|หวัดดี|こんにちは|こんばんは|おはよう"
    "|はじめまして|안녕|여보세요|你好|您好|早上好|下午好|晚上好|哈喽|嗨|在吗|在嗎|yo|howdy|greetings"
    "|hi there|hello there|hey there|moin moin|hallöchen|buen día|qué tal|salutations|re bonjour|ehi"
    "|e aí|opa|hoi hoi|siema|witajcie|приветик|здравствуй|добрый|вітання|доброго вечора|slm|merhabalar"
    "|pagi|siang|sore|malam|hi shop|مساء النور|صباح النور|هاي|אהלן|מה נשמע|प्रणाम|राम राम|ดีครับ|ดีค่ะ"
    "|ハロー|もしもし|하이|嘿|哈囉|安安|早安|午安|晚安"
)  # fmt: skip

# Words that may accompany thanks and greetings without changing their meaning.
FILLING = (
    "you|so|very|que|bonne journée|bonne soirée|bonne|journée|bom dia|schönen tag|schönen|tag|buen día"
    "|have a|day|nice day|much|many|a|lot|again|ok|okay|k|great|perfect|super|good|nice|cool|awesome"
    "|got it|for|the|info|information|help|your|all|guys|bot|dear|everything|it|that|is|there|team|sir"
    "|friend|bye|understood|fine|wonderful|amazing|excellent|alright|schön|sehr|viel|mal|gut|alles|klar"
    "|für|die|dir|euch|ihnen|auskunft|hilfe|prima|toll|muchas|muy|amable|por|la|todo|bien|genial|vale"
    "|perfecto|beaucoup|pour|le|vous|parfait|d accord|mille|tante|molto|va bene|perfetto|muito|demais"
    "|ótimo|beleza|certo|hartelijk|wel|veel|goed|top|bardzo|большое|огромное|вам|тебе|хорошо|понял"
    "|поняла|понятно|отлично|ок|окей|супер|за|информацию|помощь|дуже|щиро|добре|зрозуміло|çok|ederim"
    "|tamam|süper|banyak|ya|kak|min|oke|baik|nhiều|bạn|shop|nhé|ạ|rất|جزيلا|لك|لكم|جدا|كثيرا|تمام|حسنا"
    "|ممتاز|كتير|ورحمة الله وبركاته|و|بكم|רבה|מאוד|לך|לכם|בסדר|מעולה|बहुत|आपका|आपको|जी|ठीक है|अच्छा|ครับ"
    "|ค่ะ|คะ|มาก|นะ|จ้า|ございます|ございました|です|した|よ|ね|！|해요|합니다|해|요|습니다|드립니다|네"
    "|하세요|하십니까|세요|了|你|您|啊|呀|哦|好的|好|非常|们|們|的|mate|mates|man|bro|sis|folks|to|this"
    "|appreciated|really|kindly|ever|lieben|liebe|lieber|herzlichen|ganz|vielen|bcp|votre|aide|merci"
    "|muchísimas|infinitas|infinite|davvero|dell|aiuto|ajuda|pela|pelo|imenso|mesmo|heel|erg|hoor|hulp"
    "|wielkie|serdecznie|pomoc|śliczne|piękne|serdeczne|большущее|очень|спасибо|вас|величезне"
    "|за допомогу|gerçekten|yardım*|için|sekali|bantuan|bantuannya|gan|lắm|ad|anh|chị|em|nha|nhá|واجد"
    "|وايد|الك|على|المساعده|عزيزي|אחי|על|העזרה|नमस्ते|भाई|bhai|จ้ะ|นะคะ|นะครับ|เลย|とても|本当に"
    "|助かりました|정말|너무|많이|도움|啦|哈|很|大家|帮忙|幫忙|老板|老闆|亲|親|bunch|quick|reply"
    "|replying|letting me know|letting|know|update|updates|infos|avisar|l info|l|dell aiuto|avermi|mano"
    "|cara|de info|de|reactie|za|информации|ответ|інформацію|відповідь|olun|infonya|balasan|atas"
    "|phản hồi|على الرد|الرد|ㅎㅎ|ㅋㅋ"
)  # fmt: skip

# Signs that count as thanks if they are the only ones in a text.
PLEASED = frozenset("👍👌🙏❤🧡💛💚💙💜🤍🩷😊🙂😀😃😄😁😍🥰😘🤗🎉💯🔥✅🤝👏☺🫶🙌💪😎🤩")

# "My": whoever speaks of their own parcel, whatever they say of it, wants to know about it.
MINE = (
    "my|our|mein|meine|meinem|meinen|meiner|mi|mis|mon|ma|mes|notre|mio|mia|miei|mie|meu|minha|meus"
    "|minhas|mijn|m n|mój|moja|moje|moją|mojej|mojego|moim|мой|моя|мое|моё|мою|моей|моего|моему|моим|мои"
    "|мій|моє|моєї|моїм|моєму|saya|aku|gue|của tôi|của mình|của em|của anh|của chị|của t|طلبيتي|طلبي"
    "|شحنتي|طردي|שלי|שלנו|मेरा|मेरी|मेरे|mera|meri|mere|ของฉัน|ของผม|ของหนู|ของเรา|私の|僕の|俺の|제|내"
    "|우리|我的"
)  # fmt: skip
