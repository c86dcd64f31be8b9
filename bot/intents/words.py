"""The words of `bot.intents`: phrases separated by "|"; a star stands for the rest of a word.

Each language has three lists: question words, words for the thing, and phrases that are questions by
themselves. A question needs one of the first and one of the second list, or one of the third. Words are
written with accents here, and matched with or without them.
"""

from __future__ import annotations

QUESTIONS: tuple[tuple[str, str, str], ...] = (
    (  # English
        "where|wheres|when|whens|checking|arriving|how many|delivered|sent|unchanged|moving|status|track*"
        "|locate|update|updates|news|eta|arriv*|late|delay*|received|receive|haven t|havent|hasn t|hasnt"
        "|didn t|didnt|not here|not come|how long|waiting|shipped|dispatched|been sent|lost|missing|stuck"
        "|on the way|on its way|find my|check my|check on|see my|show my|show me|get my|come|coming"
        "|what happened|expected|still no",
        "order|orders|parcel*|package*|packet*|shipment*|shipping|delivery|deliveries|item|items|stuff"
        "|goods|purchase*|product|products|pkg",
        "where is it|where s it|where s my|when will it|when does it|when is it|has it shipped"
        "|has it been sent|has it arrived|is it here|any news|any update|any updates|tracking info*"
        "|havent received|haven t received|not received|never arrived|received nothing|taking so long"
        "|status|tracking|track|delivery date|is it arriving|is it delivered|nothing arrived|track my|wismo"
        "|is it coming|when will i get|when do i get|when am i getting|when will i receive"
        "|what s taking so long",
    ),
    (  # German
        "wo|wohin|wann|status|verfolg*|sendungsverfolgung|stand|neuigkeiten|angekommen|ankommt|ankommen"
        "|erhalten|bekommen|bekomme|kommt|kommen|versandt|verschickt|verspät*|warte|immer noch|wie lange"
        "|verloren|unterwegs|geliefert|fehlt|liegt|bleibt|da",
        "paket*|päckchen|bestellung|bestellungen|sendung|lieferung|ware|artikel|post|päckli",
        "wo bleibt|nichts angekommen|nicht angekommen|nichts bekommen|dauert so lange|dauert das so lange"
        "|status|sendungsverfolgung|tracking|lieferdatum|wann kommt|wann ist es da|wo ist es"
        "|gibt es neuigkeiten|gibts was neues|gibt es was neues|schon verschickt|schon da|schon unterwegs"
        "|wann bekomme ich|wann erhalte ich",
    ),
    (  # Spanish
        "dónde|donde|cuándo|cuando|estado|rastre*|seguimiento|seguir|llega|llegan|llegó|llegará|llegar"
        "|llegado|recib*|enviado|enviaron|demora*|tarda*|retras*|retraso|esperando|perdido|novedades"
        "|noticias|ubicar|localizar|todavía no|aún no|saber|qué pasó",
        "pedido|pedidos|paquete*|envío|envio|envíos|compra|orden|entrega|encomienda|producto|artículo",
        "dónde está|no recibí nada|no he recibido|no me llegó|tarda mucho|ha salido|rastreo|rastrear"
        "|seguimiento|estado|fecha de entrega|donde esta|cuándo llega|cuando llega|cuánto falta"
        "|ya lo enviaron|ya salió|no me ha llegado|no ha llegado|no llegó|aún no llega|alguna novedad",
    ),
    (  # French
        "où|ou est|ou en est|quand|statut|état|suivi|suivre|arrive*|arrivé|arrivera|reçu|recevoir|recevrai"
        "|expédié*|envoyé*|retard|attends|perdu|nouvelles|toujours pas|pas encore|combien de temps|livré*"
        "|bloqué",
        "colis|commande|commandes|livraison|paquet|envoi|achat|article",
        "où est il|suivi|statut|date de livraison|ou est il|quand arrive|quand vais je recevoir"
        "|des nouvelles|toujours rien reçu|rien reçu|où en est|ou en est",
    ),
    (  # Italian
        "dove|dov è|dov e|dovè|quando|stato|tracci*|tracking|arriva*|arrivato|arriverà|ricevut*|ricevo"
        "|ricevere|spedit*|ritard*|aspett*|perso|novità|notizie|ultimo|vedere|vedi|ancora|quanto|seguire",
        "pacco|pacchi|ordine|ordini|spedizione|consegna|acquisto|articolo|pacchetto",
        "dov è|quando arriva|non ho ricevuto|non è arrivato niente|ci mette tanto|stato|tracking"
        "|data di consegna|ci sono novità|è partito|non è arrivato|non mi è arrivato|quanto manca",
    ),
    (  # Portuguese
        "onde|cadê|kd|quando|status|estado|rastre*|seguir|acompanh*|chega|chegou|chegará|chegar|vai chegar"
        "|receb*|enviad*|atras*|demora*|esperando|à espera|perdid*|novidade*|notícia*|ainda não|previsão"
        "|saber|parado|despach*",
        "pedido|pedidos|encomenda*|pacote|entrega|compra|compras|envio|produto|mercadoria|volume",
        "onde está|onde tá|não recebi nada|não chegou nada|está demorando|rastreio|rastrear|rastreamento"
        "|status|data de entrega|cadê|quando chega|alguma novidade|já foi enviado|já saiu|não chegou"
        "|não recebi|ainda não chegou",
    ),
    (  # Dutch
        "waar|waarom|wanneer|status|volg|volgen|track*|aangekomen|aankomt|komt|ontvang*|verzonden|verstuurd"
        "|vertraag*|vertraging|wacht|kwijt|nieuws|nog niet|nog steeds|hoe lang|onderweg|bezorgd|geleverd"
        "|blijft",
        "pakket*|pakje|bestelling*|zending|levering|bezorging|pakketje|order|artikel",
        "waar is het|niets ontvangen|niet ontvangen|duurt zo lang|duurt het zo lang|status|track and trace"
        "|tracktrace|leverdatum|waar blijft|wanneer komt|is het al|wanneer krijg ik|wanneer ontvang ik"
        "|is er nieuws",
    ),
    (  # Polish
        "gdzie|kiedy|status|śledz*|śledź|dotr*|dojdzie|doszła|doszło|przyjdzie|przyszła|przyszło|będzie"
        "|otrzym*|dosta*|nie przyjechał*|przyjedz*|przyjech*|wysłan*|wysłał*|opóźni*|czekam|zgubi*|zagin*"
        "|wieści|nadal|jeszcze nie|ile|utknęł*|w drodze",
        "paczk*|kurier*|przesyłk*|zamówieni*|dostaw*|towar|zakup*",
        "gdzie jest|nic nie doszło|nie dostał*|nie otrzymał*|tak długo|status|śledzenie|tracking"
        "|kiedy dosta*|data dostawy|kiedy dotrze|kiedy przyjdzie|kiedy będzie|co z moją|co z moim"
        "|czy już wysłan*|nie doszło|nie dotarło",
    ),
    (  # Russian
        "где|когда|статус|отслед*|отслеж*|покаж*|проверить|проверь*|трек*|придет|придёт|пришел|пришёл"
        "|пришла|приехал*|прибуд*|доставят|доедет|едет|получ*|отправ*|задерж*|опазды*|жду|потеря*|новост*"
        "|до сих пор|еще нет|долго|идет|идёт|сколько|застрял*|сроки|что с|местонахожд*",
        "посылк*|посылоч*|заказ|заказа|заказы|заказов|заказом|заказу|доставк*|отправлен*|товар*|пакет"
        "|бандерол*|покупк*",
        "где она|ничего не пришло|не получил|не получила|так долго|отследить|отслеживание|статус|трек номер"
        "|дата доставки|срок доставки|сколько ждать|где он|где моя|где мой|когда придет|когда придёт"
        "|когда приедет|когда доставят|когда будет|есть новости|какие новости|уже отправили|ну что там"
        "|долго ждать|долго еще|не пришел|не пришла",
    ),
    (  # Ukrainian
        "де|коли|статус|відстеж*|відслід*|трек*|прийде|прийшла|прийшло|приїде|прибуде|доставлять|їде|отрим*"
        "|відправ*|затрим*|чекаю|загуби*|новини|досі|ще нема|ще немає|довго|скільки|йде|застряг*|що з",
        "посилк*|замовлен*|доставк*|відправлен*|товар*|пакунок|пакунк*|покупк*",
        "де вона|нічого не прийшло|не отримав|не отримала|так довго|відстежити|відстеження|статус"
        "|дата доставки|де воно|де моя|де моє|коли прийде|коли приїде|коли буде|є новини|які новини"
        "|вже відправили|не прийшла",
    ),
    (  # Turkish
        "nerede|nerde|nereye|ne zaman|nezaman|durumu|durum|takip*|gelir|gelecek|gelmedi|geldi|ulaş*|teslim*"
        "|gönder*|gecik*|bekliyorum|kayboldu|kayıp|haber|hala|hâlâ|kaç gün|çıktı|kaldı|yola",
        "kargo*|sipariş*|paket*|ürün*|gönderi*|teslimat*",
        "ne zaman gelir|kaç günde|kaç güne|takip no|gelmedi|elime ulaşmadı|kargo takip|durumu"
        "|ne zaman gelecek|ne zaman ulaşır|nerede kaldı|yola çıktı mı|geldi mi|haber var mı",
    ),
    (  # Indonesian
        "dimana|di mana|mana|kapan|status|lacak|cek|melacak|sampai|sampe|tiba|datang|terima|diterima"
        "|dikirim|kirim|telat|terlambat|tunggu|menunggu|hilang|kabar|belum|berapa lama|nyampe|posisi|soal"
        "|tanya|gimana",
        "paket*|pesanan*|order*|orderan*|kiriman*|pengiriman|barang*|belanjaan",
        "kapan sampai|cek resi|lacak|status|bisa dikirim|kapan dikirim|nomor resi|kapan datang|kapan tiba"
        "|sudah sampai mana|sampai mana|sudah dikirim|ada kabar|belum sampai|belum datang",
    ),
    (  # Vietnamese
        "đâu|ở đâu|khi nào|bao giờ|bao lâu|chừng nào|tình trạng|trạng thái|theo dõi|tra cứu|kiểm tra|đến"
        "|tới|nhận|giao|gửi|trễ|chậm|chờ|đợi|thất lạc|tin|chưa|mất",
        "đơn|đơn hàng|gói hàng|hàng|kiện hàng|bưu kiện|bưu phẩm|vận đơn",
        "bao giờ tới|tra cứu|tình trạng|trạng thái|khi nào tới|bao giờ đến|khi nào đến|khi nào giao"
        "|bao giờ giao|khi nào nhận được|đến đâu rồi|tới đâu rồi|đi tới đâu|có tin gì",
    ),
    (  # Arabic
        "اين|وين|فين|متى|امتى|متي|حالة|وضع|تتبع|تتبّع|يصل|وصل|توصل|وصول|تصل|استلم|استلام|شحن|تاخر|متاخر"
        "|تأخير|انتظر|ضاع|اخبار|جديد|كم يوم|شلون|كيف|وينه|لم|لسه|لسا|بعد",
        "طلب|طرد|شحنة|شحنتي|طلبية|بضاعة|غرض|اغراض|توصيل",
        "اين هو|تتبع|متى يوصل|حالة الطلب|اين هي|متى يصل|متى توصل|متى تصل|هل وصل|هل تم شحن|وين صار|وين وصل"
        "|متى راح يوصل|لم يصل|ما وصل",
    ),
    (  # Hebrew
        "איפה|היכן|מתי|סטטוס|מצב|מעקב|לעקוב|תגיע|יגיע|מגיע|הגיע|הגיעה|אקבל|קיבלתי|נשלח|מתעכב|עיכוב|מחכה|אבד"
        "|חדש|עדיין|כמה זמן|עוד לא",
        "חבילה|החבילה|הזמנה|הזמנות|משלוח|מוצר",
        "מתי זה מגיע|סטטוס|מעקב|איפה זה|מתי יגיע|מתי מגיע|מתי תגיע|יש חדש|יש עדכון|לא הגיע",
    ),
    (  # Hindi, also as people type it in Latin letters
        "कहाँ|कहां|किधर|कब|स्थिति|स्टेटस|ट्रैक|पहुंच|पहुँच|आएगा|आयेगा|आया|मिलेगा|मिला|भेजा|देर|इंतज़ार"
        "|इंतजार|खो|खबर|अभी तक|कितने दिन|kahan|kaha|kab|kidhar|kya|date|aayega|ayega|milega|nahi aaya"
        "|nahin aaya|nahi mila|pahunch*|status|track*",
        "ऑर्डर|आर्डर|पार्सल|पैकेज|पैकेट|सामान|डिलीवरी|डिलिवरी|शिपमेंट|कूरियर|order|parcel|package|saman"
        "|delivery|samaan",
        "कब आएगा|स्टेटस|ट्रैक|कहां पहुंचा|कब आयेगा|कब मिलेगा|कहाँ है|कहां है|कहाँ पहुंचा|kab aayega"
        "|kab ayega|kab milega|kahan hai|kaha hai",
    ),
    (  # Thai
        "ไหน|เมื่อไหร่|เมื่อไร|กี่วัน|สถานะ|ติดตาม|เช็ค|ถึง|มาส่ง|ได้รับ|จัดส่ง|ส่งแล้ว|ช้า|ล่าช้า|รอ|หาย"
        "|ยังไม่|คืบหน้า",
        "พัสดุ|ของ|สินค้า|ออเดอร์|ออร์เดอร์|คำสั่งซื้อ|กล่อง|ขนส่ง",
        "ถึงไหน|สถานะ|ติดตาม|ถึงแล้วหรือยัง|ถึงยัง|เลขพัสดุ|เมื่อไหร่จะถึง|เมื่อไหร่จะได้|จะถึงเมื่อไหร่"
        "|ได้เมื่อไหร่|ส่งหรือยัง|ยังไม่ได้ของ|ยังไม่ถึง|มีอะไรคืบหน้า",
    ),
    (  # Japanese
        "どこ|何処|いつ|状況|追跡|届|着|到着|受け取|発送|遅|待|紛失|なくな|まだ|どうな|確認|何日",
        "荷物|注文|商品|配送|小包|配達|品物|オーダー|発送|お届け",
        "いつ届|追跡|配送状況|いつ着|いつ来|いつ頃届|どこですか|届いてい|届きませ|届かな|まだ来|まだ届",
    ),
    (  # Korean
        "어디|언제|상태|추적|조회|도착|받|출발|발송|늦|지연|기다|분실|소식|아직|왜 안|안 와|안와|며칠|확인",
        "택배|주문|배송|소포|물건|상품|패키지|제품",
        "언제 와|배송 조회|배송조회|송장|언제와|언제 오|언제오|언제 도착|언제 받|어디쯤|어디까지|안 와요"
        "|안 왔|아직 안",
    ),
    (  # Chinese, both scripts
        "哪|什么时候|什麼時候|何时|何時|几时|幾時|多久|几天|幾天|状态|狀態|查询|查詢|查一下|跟踪|追踪|追蹤"
        "|到了|收到|发货|發貨|寄出|出货|出貨|延误|延誤|慢|等|丢|丟|消息|还没|還沒|进度|進度|没到|沒到|情况"
        "|情況|到货|到貨",
        "包裹|快递|快遞|订单|訂單|物流|货|貨|东西|東西|商品|件|快件|邮件|郵件|宅配|单子",
        "到哪|查询|查詢|物流|到了没|到了沒|催发货|催發貨|寄到哪|送到哪|在哪里|在哪裡|在哪儿|什么时候到"
        "|什麼時候到|啥时候到|几号到|什么时候能到|还没到|還沒到|还没收到|還沒收到|发货了吗|發貨了嗎|寄了吗"
        "|寄了嗎",
    ),
)  # fmt: skip

# Matters that only the shop can settle.
SHOP = (
    "refund*|money back|cancel my*|cancel the*|cancel order|cancel it|exchange it|return it|return my"
    "|return the|want to return|wrong item|wrong size|wrong color|wrong colour|wrong product|invoice"
    "|change my address|change the address|discount*|is broken|arrived broken|is damaged|complain*"
    "|speak to*|talk to a*|human|real person|operator|customer service|customer support|rückerstatt*"
    "|geld zurück|erstattung|stornier*|zurückgeben|zurückschicken|retoure|umtausch*|falsche|falscher"
    "|falsches|rechnung|kaputt|beschädigt|reklam*|kundenservice|mitarbeiter|reembols*|devoluci*|devolver"
    "|cancelar|anular|factura|equivocad*|roto|rota|dañad*|reclam*|cambiar la dirección|rembours*|annuler"
    "|retourner|échanger|facture|cassé|abîmé|réclam*|conseiller|changer l adresse|rimbors*|annullare"
    "|annulla|restituire|reso|fattura|rotto|danneggiat*|reclam*|sbagliat*|estorno|estornar|reembolso"
    "|devolver|trocar|nota fiscal|fatura|quebrad*|errado|danificad*|atendente|terugbetal*|geld terug"
    "|annuleren|retourneren|ruilen|factuur|kapot|beschadigd|verkeerde|klacht*|zwrot*|zwrócić|anulować"
    "|wymian*|faktur*|uszkodzon*|reklamac*|zepsut*|człowiek*|konsultant*|возврат*|вернуть деньги"
    "|верните деньги|отмен*|обмен*|чек|счет|брак|сломан*|разбит*|не тот|не та|жалоб*|оператор*|менеджер*"
    "|поверн* кошт*|повернен*|скасув*|обмін*|рахунок|зламан*|розбит*|скарг*|iade*|iptal*|değişim|fatura"
    "|kırık|bozuk|yanlış|şikayet*|müşteri hizmetleri|temsilci|refund|pengembalian|kembalikan|batalkan|batal"
    "|tukar|faktur|rusak|salah kirim|komplain*|hoàn tiền|trả hàng|hủy đơn|đổi hàng|hóa đơn|bị hỏng|bị vỡ"
    "|khiếu nại|giao sai|استرداد|استرجاع|ارجاع|الغاء|استبدال|فاتورة|مكسور|تالف|شكوى|خدمة العملاء|החזר|ביטול"
    "|לבטל|להחזיר|החלפה|חשבונית|שבור|פגום|תלונה|נציג|रिफंड|वापस|रद्द|कैंसिल|बदल|बिल|टूटा|खराब|शिकायत"
    "|paise wapas|cancel kar*|คืนเงิน|ยกเลิก|คืนสินค้า|เปลี่ยนสินค้า|ใบเสร็จ|แตก|เสียหาย|ร้องเรียน|แอดมิน"
    "|返金|キャンセル|返品|交換|領収書|壊れ|破損|間違|クレーム|担当者|환불|취소|반품|교환|영수증|파손|고장"
    "|잘못 온|상담원|불만|退款|退货|退貨|取消|换货|換貨|发票|發票|坏了|壞了|破损|破損|发错|發錯|投诉|投訴"
    "|人工|客服"
)  # fmt: skip

THANKS = (
    "thanks|thank you|thank u|thankyou|thx|tnx|thks|ty|tysm|cheers|much appreciated|danke|dankeschön"
    "|danke schön|vielen dank|besten dank|gracias|mil gracias|merci|grazie|grazie mille|obrigado|obrigada"
    "|obg|valeu|vlw|bedankt|dank je|dank u|dankjewel|dziękuję|dzięki|dziekuje|спасибо|спс|благодарю|пасиб"
    "|спасибочки|дякую|вдячний|вдячна|teşekkürler|teşekkür|teşekkür ederim|sağol|sağ ol|tşk|tşkler"
    "|terima kasih|terimakasih|makasih|trims|thank|cảm ơn|cám ơn|شكرا|مشكور|تسلم|يسلمو|يعطيك العافية|תודה"
    "|תודה רבה|धन्यवाद|शुक्रिया|थैंक्यू|dhanyavad|shukriya|ขอบคุณ|ขอบใจ|ありがとう|有難う|どうも|サンキュー"
    "|감사|고마워|고맙|땡큐|谢谢|謝謝|多谢|多謝|感谢|感謝|谢啦|謝啦"
)  # fmt: skip

GREETINGS = (
    "hi|hello|hey|hiya|good morning|good afternoon|good evening|good day|hallo|guten tag|guten morgen"
    "|guten abend|moin|servus|grüezi|hola|buenas|buenos días|buenas tardes|buenas noches|bonjour|bonsoir"
    "|salut|coucou|ciao|buongiorno|buonasera|salve|olá|oi|bom dia|boa tarde|boa noite|hoi|goedemorgen"
    "|goedemiddag|goedenavond|goedendag|cześć|czesc|hej|dzień dobry|witam|dobry wieczór|привет|здравствуйте"
    "|здрасте|добрый день|доброе утро|добрый вечер|хай|привіт|вітаю|добрий день|доброго дня|доброго ранку"
    "|добрий вечір|merhaba|selam|selamlar|günaydın|iyi günler|iyi akşamlar|halo|hai|selamat pagi"
    "|selamat siang|selamat sore|selamat malam|assalamualaikum|xin chào|chào|chào bạn|chào shop|alo|مرحبا"
    "|سلام عليكم|سلام|السلام عليكم|اهلا|هلا|صباح الخير|مساء الخير|שלום|היי|בוקר טוב|ערב טוב|נमस्ते|नमस्ते"
    "|नमस्कार|हैलो|हेलो|namaste|สวัสดี|หวัดดี|こんにちは|こんばんは|おはよう|はじめまして|안녕|여보세요"
    "|你好|您好|早上好|下午好|晚上好|哈喽|嗨|在吗|在嗎"
)  # fmt: skip

# Words that may accompany thanks and greetings without changing their meaning.
FILLING = (
    "you|so|very|que|bonne journée|bonne soirée|bonne|journée|bom dia|schönen tag|schönen|tag|buen día"
    "|have a|day|nice day|much|many|a|lot|again|ok|okay|k|great|perfect|super|good|nice|cool|awesome|got it"
    "|for|the|info|information|help|your|all|guys|bot|dear|everything|it|that|is|there|team|sir|friend|bye"
    "|understood|fine|wonderful|amazing|excellent|alright|schön|sehr|viel|mal|gut|alles|klar|für|die|dir"
    "|euch|ihnen|auskunft|hilfe|prima|toll|muchas|muy|amable|por|la|todo|bien|genial|vale|perfecto|beaucoup"
    "|bien|pour|le|vous|parfait|d accord|mille|tante|molto|va bene|perfetto|muito|demais|ótimo|beleza|certo"
    "|hartelijk|wel|veel|goed|prima|top|bardzo|super|большое|огромное|вам|тебе|хорошо|понял|поняла|понятно"
    "|отлично|ок|окей|супер|за|информацию|помощь|дуже|щиро|добре|зрозуміло|çok|ederim|tamam|süper|banyak|ya"
    "|kak|min|oke|baik|nhiều|bạn|shop|nhé|ạ|rất|جزيلا|لك|لكم|جدا|كثيرا|تمام|حسنا|ممتاز|كتير"
    "|ورحمة الله وبركاته|و|بكم|רבה|מאוד|לך|לכם|בסדר|מעולה|बहुत|आपका|आपको|जी|ठीक है|अच्छा|ครับ|ค่ะ|คะ|มาก|นะ"
    "|จ้า|ございます|ございました|です|した|よ|ね|！|해요|합니다|해|요|습니다|드립니다|네|하세요|하십니까"
    "|세요|了|你|您|啊|呀|哦|好的|好|非常|们|們|的"
)  # fmt: skip

# Signs that count as thanks if they are the only ones in a text.
PLEASED = frozenset("👍👌🙏❤🧡💛💚💙💜🤍🩷😊🙂😀😃😄😁😍🥰😘🤗🎉💯🔥✅🤝👏☺🫶🙌💪😎🤩")
