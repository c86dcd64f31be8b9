"""What only the shop can settle, by concept; each concept has words of all languages, one after the other.

The notation is that of `bot.intents.words`. A concern is one concept, or several that must all be in a
text: nobody + answers. `FIRM` concerns are the shop's whatever else the text asks. Before the `FAINT` ones
a question about the parcel comes first: "nobody answers me, where is my order?"
"""

from __future__ import annotations

from bot.intents import goods

MONEY = (
    "refund*|money|charged|overcharged|billed|chargeback|invoice|receipt|discount*|coupon|voucher|price"
    "|prices"
    "|cost|costs|how much is|how much does|how much for|shipping fee*"
    "|rückerstatt*|erstatt*|geld|abgebucht|abbuchung|rechnung*|quittung|rabatt*|gutschein*|preis|preise"
    "|kostet"
    "|kosten|versandkosten|kostenlos*"
    "|reembols*|dinero|cobr*|factura*|descuento*|cupón|precio*|cuesta*|costo|coste|cuánto vale|cuánto sale"
    "|rembours*|argent|débité*|prélev*|facture*|remise|code promo|prix|coûte*|combien ça coûte"
    "|frais de port"
    "|rimbors*|soldi|addebit*|fattura*|scontrino|sconto|sconti|prezz*|quanto costa|costa troppo|costano"
    "|costo|costi"
    "|estorn*|reembols*|dinheiro|cobr*|nota fiscal|fatura|desconto*|cupom|cupão|preço*|custa|custam|frete"
    "|portes"
    "|terugbetal*|geld|afgeschreven|factuur|korting*|bonnetje|prijs|prijzen|verzendkosten"
    "|zwrot*|zwróci*|zwróć*|pieniąd*|pieniędz*|pobran*|obciąż*|faktur*|paragon*|rabat*|zniżk*|cena|ceny"
    "|kosztuje|koszt"
    "|деньг*|денег|списал*|списан*|чек|счет|скидк*|промокод*|цена|цену|сколько стоит|стоимость|почем"
    "|гроші|грошей|кошти|коштів|списал*|чек|рахунок|знижк*|промокод*|ціна|ціну|скільки коштує|вартість"
    "|paramı|para iade*|param geri|para çek*|iki kez para|fatura*|indirim*|kupon*|fiyat*|ücret*|kaç para"
    "|kaç tl"
    "|refund|uang*|pengembalian dana|faktur|invoice|diskon*|voucher|harga*|ongkir|ongkos"
    "|hoàn tiền|trả tiền|mất tiền|lại tiền|tiền của|bao nhiêu tiền|trừ tiền|hóa đơn|giảm giá|mã giảm"
    "|giá bao nhiêu|phí ship|ship bao nhiêu|phí giao"
    "|phí vận chuyển"
    "|استرداد|استرجاع|فلوس|خصم مرتين|المبلغ|فاتوره|كوبون|تخفيض|سعر|بكم|بكام|تكلفه"
    "|החזר|כסף|חויבתי|חייבתם|חיוב כפול|חשבונית|קבלה|הנחה|קופון|מחיר|כמה עולה|עלות"
    "|रिफंड|पैसा|पैसे|बिल|कीमत|दाम|कितने का|paise|paisa|refund|kitne ka|kimat|keemat"
    "|คืนเงิน|เงินคืน|ใบเสร็จ|ใบกำกับ|ส่วนลด|คูปอง|ราคา|ค่าส่ง|เท่าไหร่|เท่าไร|ตัดเงิน|หักเงิน"
    "|返金|お金|請求|領収書|割引|クーポン|値段|価格|送料|いくら"
    "|환불|돈 |돈을|결제됐|이중 결제|중복 결제|영수증|할인|쿠폰|가격|배송비|택배비|얼마예요|얼마에요"
    "|얼마야|얼마죠"
    "|退款|退钱|退錢|扣款|扣了|多收|发票|發票|优惠|優惠|折扣|多少钱|多少錢|价格|價格|运费|運費|包邮|怎么卖"
    "|怎麼賣"
)

WISHES = (
    "cancel my*|cancel the*|cancel order|cancel it|please cancel|to cancel|cancellation|exchange it"
    "|exchange"
    "|return it|return my|return the|return this|return an|return policy|to return|replacement|replace it"
    "|change my address|change the address|change delivery address|change the delivery|different address"
    "|wrong address|new address|warranty|guarantee|complain*|speak to*|talk to a*|human|real person"
    "|operator"
    "|customer service|customer support|do you ship to|do you deliver to|ship to|deliver to|in stock"
    "|do you sell|do you have this|do you have it|opening hours|phone number of"
    "|stornier*|zurückgeben|zurückschicken|zurücksenden|retoure*|rückgabe*|rücksendung|umtausch*|ersatz*"
    "|reklam*|garantie|adresse ändern|neue adresse|kundenservice|kundendienst|mitarbeiter"
    "|jemandem sprechen|jemanden sprechen|liefert ihr nach"
    "|versendet ihr|auf lager|öffnungszeiten|habt ihr das"
    "|cancelar|anular|devoluci*|devolver|devuelv*|cambiar la dirección|cambiar dirección|garantía|reclam*"
    "|reemplaz*|un humano|una persona|hablar con*|cambiarlo|cambiarla|atención al cliente|envían a"
    "|hacen envíos|tienen stock|horario"
    "|annuler|annulation|retourner|renvoyer|échanger|échange|remplace*|garantie|changer l adresse"
    "|changer d adresse"
    "|changer mon adresse|réclam*|conseiller|parler à*|un humain|service client|vous livrez|livrez vous"
    "|en stock"
    "|horaires"
    "|annullare|annulla|annullamento|restituir*|parlare con*|restituzione|reso|sostitu*|garanzia"
    "|cambiare indirizzo"
    "|cambiare l indirizzo|reclam*|operatore|servizio clienti|spedite in|spedite a|consegnate a"
    "|disponibile|orari"
    "|cancelar|cancelamento|devolver|devolução|trocar|troca|substitu*|garantia|mudar o endereço"
    "|mudar a morada|reclam*|atendente|falar com*|atendimento|entregam em|enviam para|tem em estoque"
    "|horário de"
    "|annuleren|annulering|retourneren|retour sturen|retour zenden|ruilen|omruilen|vervang*|garantie"
    "|adres wijzigen|adres veranderen"
    "|klacht*|medewerker|iemand spreken|klantenservice|leveren jullie|verzenden jullie|op voorraad"
    "|openingstijden"
    "|rezygnuję"
    "|anulować|anuluj*|zwrócić|odesłać|wymian*|wymieni*|gwarancj*|zmienić adres|zmiana adresu|reklamac*"
    "|człowiek*|porozmawiać z*|konsultant*|obsługa klienta|czy wysyłacie|na stanie|godziny otwarcia"
    "|возврат*|вернуть|верните|верну|отмен*|обмен*|замен*|гаранти*|сменить адрес|изменить адрес|жалоб*"
    "|оператор*"
    "|менеджер*|доставляете в|отправляете в|есть в наличии|в наличии|график работы"
    "|поверн*|скасув*|обмін*|замін*|гаранті*|змінити адресу|скарг*|оператор*|поговорить с*|поговорити з*"
    "|менеджер*|доставляєте в"
    "|в наявності"
    "|графік роботи"
    "|peruuta tilau*|perua tilau*"
    "|iade*|iptal*|değişim|değiştir*|garanti*|adres değiş*|adresimi değiş*|adresi değiş*|şikayet*"
    "|müşteri hizmetleri|temsilci|gönderiyor musunuz|stokta|çalışma saat*"
    "|pengembalian|kembalikan|retur|batalkan|batal|tukar|ganti barang|garansi|ganti alamat|ubah alamat"
    "|komplain*"
    "|layanan pelanggan|cs nya|ready stok|ready kak|jam buka"
    "|trả hàng|hủy đơn|huỷ đơn|muốn hủy|muốn huỷ|đổi hàng|đổi trả|đổi size|thay thế|bảo hành|đổi địa chỉ"
    "|khiếu nại|nhân viên"
    "|có ship|còn hàng|giờ mở cửa"
    "|ارجاع|ارجع|الغاء|الغي|استبدال|بديل|ضمان|تغيير العنوان|اغير العنوان|شكوي|خدمه العملاء|موظف|توصلون ل"
    "|تشحنون ل|متوفر"
    "|ביטול|לבטל|להחזיר|החזיר|החלפה|להחליף|אחריות|לשנות כתובת|שינוי כתובת|תלונה|נציג|שירות לקוחות|במלאי"
    "|משלוח חינם"
    "|वापस|रद्द|कैंसिल|बदल|वारंटी|पता बदल|शिकायत|cancel kar*|return kar*|wapas|badal|complaint|customer care"
    "|ยกเลิก|คืนสินค้า|คืนของ|เปลี่ยนสินค้า|เปลี่ยนของ|เปลี่ยนไซ|ประกัน|เปลี่ยนที่อยู่|ร้องเรียน|แอดมิน|มีของไหม"
    "|พร้อมส่ง"
    "|キャンセル|返品|交換|保証|住所変更|住所を変|クレーム|担当者|カスタマー|在庫|営業時間"
    "|취소|반품|교환|보증|주소 변경|주소 바꾸|상담원|불만|재고|영업시간"
    "|退货|退貨|取消|换货|換貨|换一个|換一個|保修|质保|改地址|换地址|換地址|投诉|投訴|人工|客服|有货|有貨"
    "|营业时间"
)

NOBODY = (
    "nobody|no one|noone|never|don t|doesn t|didn t|won t|not|no|without|niemand|keiner|nicht|keine|kein"
    "|nie"
    "|nadie|nunca|sin|personne|aucun*|jamais|pas|sans|nessuno|nessuna|mai|non|senza|ninguém|não|sem|nenhum*"
    "|geen|niet|nooit|nikt|żadn*|nie|brak|никто|нет|не|молчит|без|ніхто|немає|не|мовчить|kimse|hiç|yok"
    "|cevap vermi*|alamadım|tidak|gak|ga|nggak|tdk|ngga|không|chưa|chẳng|ko|k|محد|ما حد|لا احد|لا|لم|ما"
    "|אף אחד|לא|אין|कोई नहीं|नहीं|nahi|koi|ไม่|ありません|ない|無い|안|없|아무도|못|没人|沒人|不|没|沒"
)
ANSWERS = (
    "resolve*|resuelv*|soluciona*|solves"
    "|answer*|repl*|respond*|response|gets back|got back|ignor*|help me|helping me|antwort*|reagier*"
    "|meldet sich"
    "|ignorier*|respond*|contest*|respuesta|ignor*|hacen caso|répon*|réponse|rispond*|risposta|retorno"
    "|resposta"
    "|atend*|antwoord*|reageert|reactie|reageren|odpisuj*|odpowiad*|odpowiedzi|odpowiedź|отвеча*|ответ"
    "|ответа"
    "|отвечают|поддержка|відповід*|відповіді|підтримка|cevap*|yanıt*|dönüş|dönmü*|respon*|respons|balas*"
    "|dibalas"
    "|bales*|jawab*|dijawab|rep|trả lời|phản hồi|يرد|ترد|يردون|رد|تردون|يجاوب|עונה|ענה|ענו|עונים|תשובה|מענה"
    "|जवाब|रिप्लाई|reply|jawab|ตอบ|返信|返事|回答|連絡が|답장|답변|연락이|대답|回复|回覆|回我|理我|回应"
    "|回應|一直不回|不回"
)

CONTACTED = (
    "emailed|e mailed|wrote to you|written to you|messaged you|called you|contacted you|half|angerufen"
    "|angeschrieben"
    "|hälfte|ans telefon|escribí|escrito|llamé|mitad|j ai écrit|appelé|contacté|moitié|ho scritto|chiamato"
    "|metà|escrevi"
    "|liguei|mandei mensagem|metade|gemaild|gebeld|helft|pisałem|pisałam|dzwoniłem|dzwoniłam|połow*|писал"
    "|писала"
    "|звонил|звонила|половин*|писав|дзвонив|дзвонила|yazdım|aradım|yarım|sudah chat|udah chat|setengah"
    "|nhắn tin|đã gọi"
    "|một nửa|راسلت*|اتصلت|نصف|כתבתי ל|התקשרתי|חצי|mail kiya|call kiya|आधा|ทักไป|โทรไป|ครึ่ง|メールした"
    "|メールを送|電話した"
    "|半分|문의했|전화했|절반|联系你|聯繫你|打电话|打電話|一半"
)
DISPLEASED = (
    "not good|no good|not happy|not satisfied|not ok|stolen|stole|robbed|vanished|nicht gut"
    "|nicht zufrieden|gestohlen"
    "|geklaut|no es buen*|no estoy content*|robad*|robaron|estafar*|pas bon|pas content*|volé|volés"
    "|non va bene"
    "|non sono soddisfatt*|rubat*|truffat*|não gostei|não presta|roubad*|roubar*|niet goed|niet tevreden"
    "|gestolen"
    "|niedobr*|skradzion*|ukradl*|плохо|плохой|плохая|украл*|обману*|погано|поганий|вкрал*|обдурил*|kötü"
    "|çaldı*|çalındı"
    "|tidak bagus|gak bagus|tidak puas|tidak ok|dicuri|không tốt|không hài lòng|không như|ăn cắp|مو زين"
    "|مش كويس|مو راضي"
    "|سرق*|לא טוב|לא מרוצה|גנבו|अच्छा नहीं|acha nahi|accha nahi|chori|ไม่ดี|ไม่โอเค|ไม่ประทับใจ|良くない"
    "|よくない|だめ|안 좋"
    "|안 삽니다|안 사|불만족|不好|不满意|不滿意|态度|態度|偷"
)
NO_ANSWER = (
    "ignoring me|ignored me|rude|no response|no reply|keine antwort|sin respuesta|aucune réponse"
    "|nessuna risposta"
    "|sem resposta|sem retorno|geen reactie|brak odpowiedzi|без ответа|игнор*|ігнор*|молчит|молчите|мовчить"
    "|bị bơ|seen không|slow respon|slowrespon"
)

PAYMENT = (
    "payment|pay|paid|bezahl*|zahlung*|zahlen|pago|pagos|pagar|pagué|pagado|paiement*|payer|payé|pagamento*"
    "|pagare|pagato|paguei|pago|betal*|betaling|płatnoś*|zapłac*|płaci*|оплат*|заплат*|платеж*|оплач*"
    "|сплат*"
    "|платіж*|ödeme*|ödedim|bayar*|pembayaran|thanh toán|chuyển khoản|دفع|دفعت|الدفع|תשלום|שילמתי|לשלם"
    "|भुगतान|payment|ชำระ|จ่าย|โอนเงิน|支払|払|결제|입금|付款|付了|支付"
)

ANGER = (
    "scam*|fraud*|thieves|thief|liars|is a joke|total joke|fed up|sick of|enough is enough"
    "|unacceptable|disgust*|terrible|horrible|awful"
    "|worst|disappoint*"
    "|never again|never buy|never order|shame|police|lawyer|report you|unhappy|dissatisfied|pathetic"
    "|ridiculous"
    "|das letzte|betrug*|betrüger*|abzock*|unverschämt*|frechheit|sauerei|enttäusch*|nie wieder|furchtbar"
    "|schrecklich"
    "|unzufrieden|anwalt|polizei|die nase voll|jetzt reicht*|mir reicht es|mir reichts"
    "|na toll|na super|na klasse|na bravo|na danke|na vielen dank"
    "|estafa*|ladron*|fraude|vergüenza|decepci*|horrible*|pésim*|terrible|nunca más|denunci*|indignad*"
    "|una burla|ya basta|estoy hart*|menuda broma"
    "|arnaque*|escroc*|voleur*|honte*|inadmissible|inacceptable|déçu*|nul|nulle|horrible|plus jamais"
    "|scandaleux|ça suffit|en ai marre|ras le bol|c est du joli"
    "|preso in giro|truff*|ladri|vergogn*|delus*|pessim*|orribile|mai più|inaccettabile|denuncia"
    "|ora basta|adesso basta|sono stufo|sono stufa"
    "|golpe*|golpista*|ladr*|ladrões|vergonha*|decep*|péssim*|horrível|nunca mais|absurdo|inaceitável"
    "|procon|enganad*|estou fart*"
    "|oplicht*|schandalig|teleurgesteld|verschrikkelijk|belachelijk|nooit meer|slecht|slechte|ontevreden"
    "|genoeg is genoeg|ben het zat|mooi is dat|nou lekker dan"
    "|oszust*|oszuk*|złodziej*|skandal|wstyd|rozczarowan*|fataln*|okropn*|nigdy więcej|niezadowolon*|żenada"
    "|dość tego|mam dość|no ładnie|no to pięknie|no to ładnie"
    "|обман*|мошен*|кидал*|развод|позор|ужас*|отврат*|разочаров*|расстро*|недоволен|недовольна"
    "|никогда больше"
    "|больше не закаж*|безобрази*|кошмар|воры"
    "|шахра*|обман*|ганьба|жах*|розчаров*|незадоволен*|ніколи більше|більше не замов*|неподобство|кошмар"
    "|dolandır*|sahtekar*|rezalet|berbat|hayal kırıklığı|utanç|bir daha asla|memnun değil*|memnun kalmadım"
    "|kepazelik|hırsız*"
    "|penipu*|nipu|kecewa*|parah|mengecewakan|kapok|buruk|bohong"
    "|lừa đảo|bị lừa|lừa khách|thất vọng|quá tệ|tệ quá|tệ hại|rất tệ|không bao giờ mua|bực mình"
    "|نصب|نصاب|احتيال|حرامي|فضيحه|خيبه|سيئه جدا|لن اشتري|محبط|اسوا|عيب عليكم"
    "|רמאות|רמאים|גנבים|נוכלים|בושה|מאוכזב|אכזבה|נורא|הכי גרוע|לעולם לא"
    "|धोखा|ठग|चोर|निराश|बेकार|dhokha|thug|chor|bekar|fraud"
    "|หลอกลวง|โกง|แย่|ผิดหวัง|ไม่พอใจ|มิจฉาชีพ|จะไม่ซื้อ"
    "|詐欺|最悪|ひどい|酷い|がっかり|二度と|残念|ふざけ"
    "|사기|최악|실망|별로|엉망|다시는|어이없|화나"
    "|骗子|騙子|骗人|騙人|坑人|差评|差評|失望|太坑|再也不|气死|氣死|恶心|噁心"
)

# "Thanks for nothing."
THANKED = (
    "thanks|thank you|thx|danke|dank|gracias|merci|grazie|obrigad*|valeu|bedankt|dank je|dzięki"
    "|dziękuję"
    "|спасибо|спс|дякую|teşekkürler|sağol|makasih|terima kasih|cảm ơn|شكرا|תודה|धन्यवाद|ขอบคุณ|ありがとう"
    "|고마워|고맙|감사"
    "|谢谢|謝謝"
)
FOR_NOTHING = (
    "for nothing|a lot for nothing|for absolutely nothing|für nichts|für nix|für gar nichts"
    "|für gar nix|por nada|pour rien|per niente|per nulla|di niente"
    "|voor niets|voor niks|voor helemaal niets|voor helemaal niks|za nic"
    "|za kompletne nic|ни за что|за ничего|за нічого|ні за що|hiçbir şey için|buat apa"
    "|vì không gì"
    "|علي لا شيء|علي الفاضي|על כלום|किस बात|สำหรับความว่างเปล่า|何のおかげ|个屁|個屁"
)

# "Thanks for the delay." "Merci de répondre" is a request.
FOR_HARM = (
    "for the delay|for lying|for wasting|for ruining|for ignoring|for keeping me|another week|another month"
    "|helped nothing|didn t help|no help|incompeten*|for the silence|for your silence|lies|losing"
    "|thanks for the mess|thank you for the mess|making me wait|for dragging|for your excuses|charging me"
    "|für die verspätung|für die wartezeit|für die verschwendete zeit|fürs lügen|fürs ignorieren"
    "|fürs wartenlassen|fürs warten lassen|nichts gebracht|hilft mir nicht|inkompeten*|unzuverlässig*"
    "|unfähig*|funkstille|schweigen|verdorben*|lügen|chaos|fürs verlieren|hilft gar nicht"
    "|ausreden|für den ärger|hinhalten"
    "|por el retraso|por la demora|por la espera|por mentir*|por hacerme perder|por ignorarme"
    "|por la tardanza|mal servicio|no ayud*|no me ayud*|silencio|arruin*|mentira*|por perder*|el pelo"
    "|excusas|desastre|reírse"
    "|pour le retard|pour l attente|pour le temps perdu|pour vos mensonges|de m avoir ignoré"
    "|ne m aide pas|m aide pas|incompéten*|gâch*|ne sert à rien|mensonge*|perte de temps"
    "|vous moquer|foutage|excuses bidon|silence"
    "|per il ritardo|per l attesa|per avermi fatto perdere|per avermi ignorat*|per il tempo perso"
    "|grazie del ritardo|non mi aiuta|non è servito|silenzio|rovinat*|inaffidabil*|bugie"
    "|disastro|presa in giro"
    "|pelo atraso|pela demora|pela espera|por me fazer perder|por me ignorar*|pelo tempo perdido"
    "|não ajud*|silêncio|estragar*|estragou|mentira*|esfarrapada*|dor de cabeça"
    "|voor de vertraging|voor het lange wachten|voor de verloren tijd|voor het negeren|voor het liegen"
    "|heb ik niks aan|heb ik niets aan|helpt me niet|stilte|onbetrouwba*|verpest*|leugen*|kwijtraken"
    "|smoes*|ellende"
    "|za spóźnienie|za brak|nie pomogł*|nic nie dało|milczeni*|niekompeten*|za zepsut*"
    "|bałagan|za zgubien*|kłamstw*|wymówki|nerwy"
    "|za opóźnienie|za stracony czas|za zmarnowany czas|za kłamstwa|za ignorowanie"
    "|за задержку|за опоздание|за потраченное время|за затримку|за запізнення|за витрачений час"
    "|geciktiğiniz için|gecikme için|beklettiğiniz için|atas keterlambatan*|sudah bikin menunggu"
    "|vì giao trễ|vì chậm trễ|vì sự chậm trễ|على التاخير|على التاخر|على تضييع|על העיכוב|על האיחור|על בזבוז"
    "|देरी के लिए|वक़्त बर्बाद|समय बर्बाद|ที่ส่งช้า|ที่ทำให้รอ|ที่ล่าช้า|遅れてくれて|待たせてくれて|遅延をありがとう"
    "|늦게 보내|늦게 와|기다리게 해|让我等|讓我等|浪费我|浪費我|耽误我|耽誤我"
)
ANSWER_ME = (
    "please reply|please answer|please respond|bitte um antwort|bitte um rückmeldung|bitte antworten"
    "|bitte um rückantwort|espero respuesta|espero su respuesta|quedo a la espera|contesten por favor"
    "|merci de répondre|merci de me répondre|merci de nous répondre|merci de me dire|merci de me tenir"
    "|merci de me donner|merci de me contacter|merci de me recontacter|merci de me rappeler"
    "|merci de me confirmer|merci de m informer|merci de m indiquer|merci de bien vouloir|merci de faire"
    "|merci de revenir vers|merci de vérifier|dans l attente de"
    "|attendo risposta|attendo una risposta|in attesa di risposta|in attesa di riscontro"
    "|aguardo resposta|aguardo retorno|aguardo a vossa|fico no aguardo"
    "|graag antwoord|graag reactie|graag een antwoord|graag een reactie"
    "|proszę o odpowiedź|proszę odpowiedzieć|proszę o kontakt|czekam na odpowiedź"
)

FIRM: tuple[tuple[str, ...], ...] = (
    (goods.DAMAGED,),
    (goods.POOR,),
    (goods.UNLIKE,),
    (goods.SIZE,),
    (goods.MISSING,),
    (MONEY,),
    (WISHES,),
    (goods.BOX, goods.OPENED),
    (goods.PIECES, goods.JAMMED),
    (THANKED, FOR_NOTHING),
)
FAINT: tuple[tuple[str, ...], ...] = (
    (NOBODY, ANSWERS),
    (NO_ANSWER,),
    (ANSWER_ME,),
    (THANKED, FOR_HARM),
    (CONTACTED,),
    (goods.WITHOUT, goods.PARTS),
    (PAYMENT,),
    (DISPLEASED,),
    (ANGER,),
)

# Signs of anger: with them no text is thanks.
ANGRY = frozenset("🤬😡😠👎💩🤮🖕😤😒")
