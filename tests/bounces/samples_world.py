"""Notices of one office system, in the languages that it speaks: of failures and of delays."""

from __future__ import annotations

from sample_parts import ANN, DELAYED, FAILED, PERMANENT, TEMPORARY, Sample

_FROM = "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615@daily.example>\n"

_FAILURES = {
    "German": ("Unzustellbar", "Fehler bei der Nachrichtenzustellung an folgende Empfänger:"),
    "French": ("Non remis", "Échec de la remise pour les destinataires ou groupes suivants :"),
    "Spanish": ("No se puede entregar", "No se pudo entregar el mensaje a estos destinatarios:"),
    "Portuguese": ("Não entregue", "Falha na entrega a estes destinatários ou grupos:"),
    "Italian": ("Non recapitabile", "Recapito non riuscito per i seguenti destinatari o gruppi:"),
    "Dutch": ("Niet bestelbaar", "De bezorging bij deze geadresseerden is mislukt:"),
    "Russian": ("Недоставленное", "Сбой доставки следующим получателям или группам:"),
    "Ukrainian": ("Не доставлено", "Не вдалося доставити повідомлення цим одержувачам:"),
    "Bulgarian": ("Недоставено", "Неуспешно доставяне до тези получатели:"),
    "Polish": ("Niedostarczone", "Nie można dostarczyć wiadomości do tych adresatów:"),
    "Czech": ("Nedoručitelné", "Doručení těmto příjemcům se nezdařilo:"),
    "Slovak": ("Nedoručiteľné", "Doručenie týmto príjemcom zlyhalo:"),
    "Hungarian": ("Kézbesíthetetlen", "A kézbesítés nem sikerült ezeknek a címzetteknek:"),
    "Romanian": ("Nelivrabil", "Livrarea către acești destinatari nu a reușit:"),
    "Croatian": ("Neisporučeno", "Isporuka nije uspjela ovim primateljima:"),
    "Swedish": ("Gick inte att leverera", "Leveransen misslyckades till dessa mottagare:"),
    "Danish": ("Kan ikke leveres", "Levering mislykkedes til disse modtagere:"),
    "Norwegian": ("Kan ikke leveres", "Levering mislyktes til disse mottakerne:"),
    "Finnish": ("Ei voi toimittaa", "Toimitus epäonnistui näille vastaanottajille:"),
    "Turkish": ("Teslim Edilemedi", "Bu alıcılara teslim başarısız oldu:"),
    "Greek": ("Δεν παραδόθηκε", "Η παράδοση απέτυχε σε αυτούς τους παραλήπτες:"),
    "Hebrew": ("לא ניתן למסירה", "המסירה נכשלה לנמענים אלה:"),
    "Arabic": ("غير قابل للتسليم", "فشل التسليم إلى هؤلاء المستلمين:"),
    "Catalan": ("No lliurable", "No s'ha pogut lliurar a aquests destinataris:"),
    "Vietnamese": ("Không gửi được", "Không gửi được tới những người nhận này:"),
    "Indonesian": ("Tidak terkirim", "Pengiriman gagal ke penerima ini:"),
    "Thai": ("ไม่สามารถส่งได้", "การส่งไปยังผู้รับเหล่านี้ล้มเหลว:"),
    "Japanese": ("配信不能", "次の受信者への配信に失敗しました:"),
    "Chinese": ("传递失败", "向以下收件人的传递失败:"),
    "Chinese of Taiwan": ("無法傳遞", "傳送至下列收件者失敗:"),
    "Korean": ("배달되지 않음", "다음 받는 사람에게 배달하지 못했습니다."),
}
_DELAYS = {
    "German": (
        "Zustellung verzögert",
        "Die Zustellung verzögert sich:",
        "Es wird weiter versucht.",
    ),
    "French": ("Remise différée", "La remise est différée :", "Il n'a pas encore été remis."),
    "Spanish": ("Entrega demorada", "La entrega se demora:", "Se seguirá intentando."),
    "Portuguese": ("Entrega atrasada", "A entrega está atrasada:", "Ainda não foi entregue."),
    "Italian": (
        "Recapito ritardato",
        "Il recapito è in ritardo:",
        "Non è stato ancora recapitato.",
    ),
    "Dutch": ("Bezorging vertraagd", "De bezorging is vertraagd:", "Nog niet bezorgd."),
    "Russian": ("Доставка задерживается", "Доставка задерживается:", "Еще не доставлено."),
    "Polish": (
        "Opóźnione dostarczenie",
        "Dostarczenie jest opóźnione:",
        "Próby będą kontynuowane.",
    ),
    "Czech": ("Doručení opožděno", "Doručení je opožděno:", "Pokusy budou pokračovat."),
    "Swedish": ("Leveransen är försenad", "Leveransen är försenad:", "Inte levererat ännu."),
    "Danish": ("Levering forsinket", "Levering er forsinket:", "Det er endnu ikke leveret."),
    "Turkish": ("Teslim gecikti", "Bu alıcılara teslim gecikti:", "Henüz teslim edilmedi."),
    "Japanese": ("配信遅延", "次の受信者への配信が遅延しています:", "まだ配信されていません。"),
    "Chinese": ("传递延迟", "到以下收件人的传递被延迟:", "尚未传递。将继续尝试传递。"),
    "Korean": ("배달 지연됨", "배달이 지연되고 있습니다.", "배달을 계속 시도합니다."),
}
"""Their words for it in subject and heading, and what is said below the address."""

_RETRIES = {
    "German": "{A}: ein Problem. Es wird noch 46 Stunden lang versucht. Sie werden benachrichtigt, "
    "wenn die Zustellung endgültig fehlschlägt.",
    "Spanish": "Problema temporal al entregar a {A}. Volverá a intentarlo durante 46 horas. "
    "Recibirás una notificación si no se puede entregar definitivamente.",
    "Italian": "Problema temporaneo per {A}. Riproverà per altre 46 ore. Riceverai una notifica se "
    "la consegna non riesce definitivamente.",
    "Dutch": "Een tijdelijk probleem met {A}. De server probeert het nog 46 uur. U "
    "ontvangt een melding als de bezorging definitief mislukt.",
    "Russian": "Временная проблема: {A}. Сервер будет повторять попытки в течение 46 часов. Вы "
    "получите уведомление, если письмо окончательно не удастся доставить.",
    "Polish": "Tymczasowy problem: {A}. Serwer będzie ponawiać próby przez 46 godzin. Powiadomimy "
    "Cię, jeśli dostarczenie się nie powiedzie.",
    "Turkish": "{A} adresinde bir sorun. Sunucu 46 saat daha tekrar deneyecek. Kalıcı olarak "
    "başarısız olursa bilgilendirileceksiniz.",
    "Swedish": "Tillfälligt problem med {A}. Servern försöker igen i 46 timmar. Du meddelas om "
    "leveransen misslyckas permanent.",
    "Arabic": "مشكلة مؤقتة: {A}. سيعيد الخادم المحاولة لمدة 46 ساعة. سيتم إعلامك إذا فشل نهائيًا.",
    "Japanese": "{A} への配信で問題が発生しました。あと 46 時間再試行します。"
    "恒久的に配信できなかった場合は通知されます。",
    "Chinese": "将邮件递送至 {A} 时出现问题。将在 46 小时内重试。如果最终递送失败，您会收到通知。",
    "Korean": "{A}에게 전송하지 못했습니다. 46시간 동안 다시 시도합니다. "
    "전송되지 않으면 알려 드립니다.",
}
"""Delays that say what would be told if they became final."""

WORLD: list[Sample] = (
    [
        (
            f"an office system in {language}",
            f"{_FROM}Subject: {subject}: 1",
            f"{heading}\n\n{ANN}<mailto:{ANN}>\n\n",
            [(ANN, FAILED, PERMANENT, "")],
        )
        for language, (subject, heading) in _FAILURES.items()
    ]
    + [
        (
            f"an office system's delay in {language}",
            f"{_FROM}Subject: {subject}: 1",
            f"{heading}\n\n{ANN}<mailto:{ANN}>\n\n{more}\n",
            [(ANN, DELAYED, TEMPORARY, "")],
        )
        for language, (subject, heading, more) in _DELAYS.items()
    ]
    + [
        (
            f"a delay in {language}, and what would be told",
            "From: Mail Delivery Subsystem <mailer-daemon@mail.example>\n"
            "Subject: Delivery Status Notification",
            text.replace("{A}", ANN) + "\n",
            [(ANN, DELAYED, TEMPORARY, "")],
        )
        for language, text in _RETRIES.items()
    ]
)
