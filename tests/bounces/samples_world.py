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

WORLD: list[Sample] = [
    (
        f"an office system in {language}",
        f"{_FROM}Subject: {subject}: 1",
        f"{heading}\n\n{ANN}<mailto:{ANN}>\n\n",
        [(ANN, FAILED, PERMANENT, "")],
    )
    for language, (subject, heading) in _FAILURES.items()
] + [
    (
        f"an office system's delay in {language}",
        f"{_FROM}Subject: {subject}: 1",
        f"{heading}\n\n{ANN}<mailto:{ANN}>\n\n{more}\n",
        [(ANN, DELAYED, TEMPORARY, "")],
    )
    for language, (subject, heading, more) in _DELAYS.items()
]
