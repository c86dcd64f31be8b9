"""Questions that name no parcel, as concepts that must all be in a text: when + arrive, delivered + nothing.

The notation is that of `bot.intents.words`; each concept has words of all languages, one after the other.
"""

from __future__ import annotations

WHEN = (
    "when|wen|what time|what day|how soon|how long|should have|supposed to|wann|hätte|sollte|cuándo|cuando"
    "|cuánto|debía|debería|tenía que|quand|devait|aurait dû|quando|dovrebbe|doveva|avrebbe dovuto|devia"
    "|deveria"
    "|era para|era pra|wanneer|hoelang|had moeten|zou moeten|kiedy|miało|miała|powinn*|когда|скоро|должн*"
    "|коли"
    "|скоро|мало|мала|ne zaman|kaç gün|kapan|kpn|berapa lama|khi nào|bao giờ|bao lâu|متى|امتى|متي|כמה זמן"
    "|מתי"
    "|कब|kab|เมื่อไหร่|เมื่อไร|กี่วัน|いつ|何日|언제|며칠|什么时候|什麼時候|啥时候|几天|幾天|多久|几号"
)
ARRIVES = (
    "arriv*|coming|comes|come|get here|gets here|deliver*|receive|get it|ship*|ankomm*|angekommen|kommt"
    "|kommen"
    "|geliefert|lieg*|kriege|bekomme|zustell*|llega*|entreg*|recib*|viene|enví*|arriver*|arrivé*|livr*"
    "|reçoi*"
    "|recevr*|reçu|arriva*|consegn*|ricev*|spedi*|cheg*|receb*|entreg*|aankom*|komt|komen|bezorg*|geleverd"
    "|ontvang*|dojdzie|dojść|przyj*|dotr*|dostan*|dostarcz*|придет|прид*|приед*|достав*|получ*|привез*"
    "|дойд*"
    "|прийд*|приїд*|достав*|отрим*|привез*|gelir|gelecek|gelmesi|ulaş*|teslim*|elime|sampai|sampe|nyampe"
    "|datang"
    "|tiba|dikirim|đến|tới|về|nhận|giao|يوصل|توصل|تصل|يصل|يجي|استلم|يجي|תגיע|יגיע|מגיע|אקבל|נקבל|आएगा"
    "|मिलेगा"
    "|पहुंचेगा|aayega|ayega|milega|ถึง|ได้ของ|มาส่ง|ได้รับ|届|着く|来ます|来る|도착|받을|와요|오나|到货|到貨"
    "|送到"
    "|收到|送达|送達"
)
DELIVERED = (
    "delivered|marked as|says it|tracking says|zugestellt|zustellung|geliefert|entregado|entregada|livré*"
    "|consegnat*|entregue|bezorgd|geleverd|dostarcz*|doręcz*|вручен*|доставлен*|доставили|вручен*"
    "|доставлен*"
    "|teslim edildi|teslim edilmiş|terkirim|diterima|đã giao|giao thành công|تم التسليم|تم التوصيل|נמסר"
    "|डिलीवर|delivered|จัดส่งสำเร็จ|ส่งสำเร็จ|配達完了|配達済|お届け済|배송완료|배달완료|배송 완료|已送达"
    "|已送達|已签收"
    "|已簽收|签收了"
)
BOUGHT = (
    "ordered|bought|purchased|placed an order|bestellt|gekauft|compré|compre|comprado|pedí|encargué"
    "|commandé"
    "|acheté|ordinat*|comprat*|acquistat*|comprei|encomendei|besteld|gekocht|zamówi*|kupi*|заказал*"
    "|заказыва*"
    "|купил*|оформил*|замовил*|замовив|замовля*|купив|aldım|sipariş verdim|verdiğim|pesen|pesan|beli|đặt"
    "|mua"
    "|طلبت|اشتريت|הזמנתי|קניתי|ऑर्डर किया|खरीदा|order kiya|mangaya|mangwaya|สั่ง|ซื้อ|注文し|買った|頼んだ"
    "|購入"
    "|주문했|주문한|샀|구매|买了|買了|下单|下單|订了|訂了"
)
NOTHING = (
    "nothing|not|didn t|don t|didnt|dont|hasnt|havent|doesnt|haven t|hasn t|never|still|yet|where|nichts"
    "|nix|nicht|noch|nada|no|sin|todavía|aún|ninguno"
    "|rien|pas|toujours|jamais|niente|nulla|non|ancora|não|nada|ainda|nunca|niks|niets|niet|nog|geen|nic"
    "|nie|jeszcze"
    "|ничего|не|нет|до сих пор|нічого|не|досі|нема|yok|gelmedi|hala|hâlâ|almadım|belum|tidak|gak|ga|kok"
    "|chưa"
    "|không|ما|لم|لسه|ولا|לא|כלום|עדיין|नहीं|nahi|nahin|ยัง|ไม่|ない|ません|まだ|のに|안|못|아직|没|沒|还没"
    "|還沒"
)
STILL = (
    "same place|same spot|same status|same location|been weeks|been days|been months|been a week"
    "|been a month"
    "|been two weeks|been three weeks|been ages|been over|am selben ort|gleichen stelle|gleichen status"
    "|der stand ist|stand der dinge|tut sich*|mismo lugar"
    "|mismo sitio|même endroit|même statut|stesso posto|stesso punto|mesmo lugar|mesmo sítio|zelfde plek"
    "|tym samym miejscu|том же месте|одном месте|тому ж місці|тому самому місці|aynı yerde|tempat yang sama"
    "|một chỗ|نفس المكان|مكانها|באותו מקום|एक ही जगह|ek hi jagah|ที่เดิม|同じ場所|変わらない|같은 곳|제자리"
    "|그대로"
    "|同一个地方|原地|没变化|沒變化|一直停"
)
STUCK = (
    "stuck|held up|is it lost|got lost|hängt fest|hängt seit|hängt in|liegt seit|steckt fest|parado en"
    "|parado desde"
    "|atascad*|trabado|detenid*|lleva parado|bloqué*|coincé*|fermo a|fermo in|fermo da|bloccat*|parado em"
    "|parada em"
    "|parado há|parado faz|travad*|retid*|ligt al|ligt nog|hangt vast|zit vast|stoi w|leży w|utkn*|застря*"
    "|завис*"
    "|стоит в|лежит в|висит|застряг*|лежить у|лежить в|стоїть у|стоїть в|takıldı*|takılı|bekliyor|nyangkut"
    "|tertahan"
    "|mandek|kẹt|tắc ở|عالق*|محجوز*|واقف*|תקוע*|נתקע*|अटक|atak gaya|atka|ติดอยู่|ติดศุล|ค้างอยู่|止まって"
    "|止まった"
    "|滞留|멈춰|묶여|걸린 건|卡在|卡住|停在|滞留|滯留"
)
ALREADY = (
    "been|already|since|over|more than|seit|schon|bereits|hace|desde|llev*|ya van|ya pas*|ça fait|depuis"
    "|déjà|da|già"
    "|è passat*|sono passat*|faz|há|já|desde|al|sinds|al meer|od|już|minęł*|уже|прошл*|больше|вже|минул*"
    "|понад|oldu"
    "|geçti|beri|dır|udah|sudah|udh|dah|rồi|qua|صار*|صارل*|منذ|من|مر|כבר|עבר*|ho gaye|ho gaya|हो गए|हो गया"
    "|แล้ว|もう"
    "|経ち|経った|째|지났|넘|了|过了|過了|已经|已經"
)
UNITS = (
    "days|weeks|week|months|month|ages|tage*|wochen|woche|monat*|días|dias|semana|semanas|mes|meses|jours"
    "|semaine*"
    "|mois|giorni|settimana|settimane|mese|mesi|dias|mês|dagen|week|weken|maand*|dni|tydzień|tygodni*"
    "|miesiąc*|miesięcy"
    "|дней|дня|недел*|месяц*|днів|дні|тиждень|тижн*|місяц*|gün*|hafta*|ay|aydır|hari|minggu|bulan|ngày"
    "|tuần|tháng"
    "|ايام|يوم|اسبوع*|شهر*|ימים|שבוע|שבועות|שבועיים|חודש|חודשים|दिन|हफ्ते|महीना|महीने|din|hafte|hafta"
    "|mahina|mahine"
    "|วัน|อาทิตย์|สัปดาห์|เดือน|日|週間|ヶ月|か月|일째|주째|달째|개월|주일|天|星期|周|週|个月|個月"
)
YET = (
    "still nothing|nothing yet|still waiting|still in|still no|yet|noch nix|noch nichts|immer noch|endlich"
    "|todavía nada"
    "|aún nada|nada aún|ya casi|toujours rien|toujours pas|encore rien|enfin|ancora niente|ancora nulla"
    "|ainda nada"
    "|nada ainda|demorando|demora*|nog niks|nog niets|nog steeds|nog altijd|dalej nic|nadal nic|wciąż nic"
    "|wreszcie"
    "|все еще|до сих пор|наконец|ну что там|чи довго|досі|нарешті|hala|hâlâ|kaç gün|ne kadar daha|masih"
    "|belum juga|vẫn chưa"
    "|mãi|لسه|لسا|لحد الان|עדיין|סוף סוף|abhi tak|अभी तक|कब तक|kab tak|ยังไม่|เมื่อไหร่|まだ|いつまで|아직"
    "|还没|還沒|一直没|一直沒"
)
COMING = (
    "coming|arriving|on its way|get here|kommt|da|llega|llegan|viene|arrive|arriva|arrivano|chega|chegam"
    "|komt|idzie"
    "|przyjdzie|dojdzie|придет|придёт|едет|идет|идёт|приедет|прийде|їде|йде|gelir|geliyor|gelecek|beklicem"
    "|sampai"
    "|sampe|nyampe|sắp về|sắp tới|sắp đến|về chưa|tới chưa|đến chưa|توصل|يوصل|تجي|מגיע|מגיעה|תגיע|aayega"
    "|ayega|आएगा|आ जाएगा|ถึง|มาถึง|届く|来る|着く|와요|오나|옵니까"
    "|到吗|到嗎|到不到"
)
CHINA = (
    "in china|aus china|in deutschland|en china|de china|en chine|in cina|na china|chinach|в китае|в китаї"
    "|çin de"
    "|di china|ở trung quốc|في الصين|بالصين|בסין|चीन में|จีน|中国|중국|在中国|在中國|customs|zoll|aduana*"
    "|douane*|dogana"
    "|alfândega|cło|celnym|таможн*|митниц*|gümrük*|bea cukai|hải quan|جمارك|جمرك|מכס|कस्टम|ศุลกากร|税関|通関"
    "|세관|통관"
    "|海关|海關|清关|清關"
)
COURIER = (
    "courier|postman|mailman|driver|delivery guy|delivery man|bote|postbote|zusteller|paketbote|fahrer"
    "|kurier"
    "|repartidor|cartero|mensajero|livreur|facteur|corriere|postino|carteiro|entregador|estafeta|bezorger"
    "|postbode"
    "|koerier|kurier*|listonosz*|doręczyciel*|курьер*|почтальон*|кур єр*|курєр*|листонош*|kurye*|postacı*"
    "|kurir*"
    "|shipper|bưu tá|المندوب|مندوب|السائق|שליח|דוור|डिलीवरी वाला|डिलीवरी बॉय|delivery boy|courier wala"
    "|คนส่ง|ไรเดอร์"
    "|ไปรษณีย์|配達員|宅配業者|기사님|택배기사|快递员|快遞員|送货员|外送"
)
ASKED = (
    "where|how|when|can i|wo|wie|wann|dónde|donde|cómo|cuándo|où|comment|quand|dove|come|quando|onde|como"
    "|quando|waar|hoe"
    "|wanneer|gdzie|jak|kiedy|где|как|когда|де|як|коли|nereden|nerede|nasıl|dimana|di mana|gimana|kapan"
    "|đâu|thế nào|وين"
    "|فين|اين|كيف|متي|איפה|איך|מתי|कहाँ|कहां|कैसे|kahan|kaise|ไหน|ยังไง|どこ|どう|いつ|어디|어떻게|언제|哪"
    "|怎么|怎麼"
)
PICK_UP = (
    "pick it up|pick up|collect it|collect my|abholen|abholung|lo recojo|recoger|recogerlo|récupérer"
    "|retirer|ritiro"
    "|ritirare|ritirarlo|levantar|levanto|retirar|buscar|ophalen|afhalen|odebrać|odbior*|забрать|забирать"
    "|пункт выдачи"
    "|забрати|відділенн*|teslim alabilir|nereden alabilir|nereden alacağ*|ambil|lấy hàng|nhận ở đâu|استلمه"
    "|استلمها|لاستلام"
    "|לאסוף|איסוף|lene|कहाँ से लूं|kahan se lu|ไปรับ|รับที่ไหน|受け取れ|取りに行|찾으러|픽업|自提|取件"
    "|去哪取|去哪拿"
)
BEFORE = (
    "before christmas|before my birthday|before the holidays|before|in time for|vor weihnachten"
    "|bis weihnachten|noch vor|antes de|avant|prima di|antes do|antes da|voor kerst"
    "|voor sinterklaas|przed świętami|przed|до нового года|к новому году|до праздник*|до свят|до різдва"
    "|до нового року"
    "|önce|sebelum|trước tết|kịp|قبل|לפני|se pehle|से पहले|ก่อน|までに|전에|之前|过年前|過年前|节前"
)
BACK = (
    "going back|sent back|being returned|says return*|say return*|went back|geht das zurück|geht zurück"
    "|wird zurück*|zurückgeschickt"
    "|de vuelta al|devuelto al|repart en|renvoyé|retour à l|torna indietro|tornando indietro|rispedito"
    "|voltando|voltou para"
    "|gaat terug|teruggestuurd|wraca do|odesłan*|едет обратно|поехал* обратно|возвращается"
    "|отправил* обратно|їде назад"
    "|повертається|geri dönüyor|geri gidiyor|iade oluyor|dikembalikan|balik lagi|quay lại|trả về|رجعت"
    "|راجعه|חוזר|חזרה"
    "|wapas ja|वापस जा|ตีกลับ|返送|戻って|반송|돌아가|退回"
)
WHICH = (
    "which|what|welchem|welches|quel|qué|que|quale|che|em que|qual|welk|jakim|którym|какой|в якій|якій"
    "|hangi|mana|apa|nào"
    "|اي|איזו|איזה|kis|kaunse|किस|ไหน|どの|어느|哪个|哪個|哪"
)
COUNTRY = (
    "country|city|land|stadt|pays|ville|país|ciudad|paese|città|cidade|kraju|mieście|стране|городе|країні"
    "|місті|ülke*"
    "|şehir*|negara|kota|nước|دوله|بلد|מדינה|עיר|desh|देश|ประเทศ|国|나라|国家|國家"
)
WHY = (
    "why|how come|warum|wieso|weshalb|por qué|pourquoi|perché|come mai|porque|por que|waarom|dlaczego"
    "|czemu|почему"
    "|чому|neden|niye|kenapa|kok|sao|tại sao|ليش|لماذا|ليه|למה|kyu|kyun|क्यों|itni|ทำไม|なんで|なぜ"
    "|どうして|왜|为什么|為什麼|怎么这么"
)
LATE = (
    "delay*|so long|so slow|taking|late|dauert|verspät*|so lange|demora*|tard*|retard*|si long|ritard*"
    "|tanto|atras*"
    "|demorando|zo lang|duurt|długo|opóźni*|долго|задерж*|затрим*|довго|gecik*|geç|uzun|lama|telat|lâu"
    "|chậm|تاخير|تاخر"
    "|עיכוב|מתעכב|זמן|der|late|देर|ช้า|นาน|遅|늦|慢|延误|延誤"
)
LOOK = (
    "check on it|look into it|check for me|check it|find out|nachschauen|nachsehen|vérifier|revis*"
    "|averiguar|controllare"
    "|verificare|verificar|conferir|nakijken|nagaan|sprawdzić|sprawdźcie|проверить|проверьте|узнать"
    "|перевірити"
    "|дізнатися|kontrol ed*|bakar mısın*|tolong cek|dicek|kiểm tra|تشيك|تشوف|לבדוק|check karo|pata karo"
    "|ช่วยเช็ค|ดูให้"
    "|確認して|調べて|확인해|알아봐|查一下|帮我查|幫我查"
)
WAREHOUSE = (
    "warehouse|cleared customs|left the|verzollt|lager|almacén|entrepôt|magazzino|armazém|magazijn"
    "|magazynu|склад*|depo*"
    "|gudang|kho hàng|مستودع|מחסן|गोदाम|โกดัง|倉庫|창고|仓库"
)
PAIRS: tuple[tuple[str, ...], ...] = (
    (WHEN, ARRIVES),
    (DELIVERED, NOTHING),
    (BOUGHT, NOTHING),
    (STILL,),
    (STUCK,),
    (ALREADY, UNITS),
    (YET, COMING),
    (COURIER, NOTHING),
    (BEFORE, COMING),
    (BEFORE, ARRIVES),
    (PICK_UP, ASKED),
    (BACK,),
    (WHICH, COUNTRY),
    (WHY, LATE),
)
# What asks for itself where little else is written: "still nothing", "in customs?", "coming today?"
TERSE = "|".join((YET, COMING, CHINA, BEFORE, LOOK, WAREHOUSE, "estimated|eta"))
