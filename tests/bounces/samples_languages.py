"""Notices in other languages than English."""

from __future__ import annotations

from sample_parts import ANN, DELAYED, FAILED, PERMANENT, TEMPORARY, Sample

LANGUAGES: list[Sample] = [
    (
        "Yandex",
        "From: mailer-daemon@yandex.example\nSubject: Недоставленное сообщение",
        """Это письмо отправлено почтовым сервером yandex.example.

К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может
быть отправлено одному или нескольким адресатам. Технические подробности
можно найти ниже.

<ann@daily.example>: host mx.daily.example[192.0.2.7] said: 550 5.7.1 No such user!
""",
        [(ANN, FAILED, PERMANENT, "5.7.1")],
    ),
    (
        "Mail.ru",
        "From: mailer-daemon@corp.mail.example\nSubject: Mail failure.",
        """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@daily.example
    RCPT TO:<ann@daily.example>:
    user not found

Сообщение не может быть доставлено: ящик не существует.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Russian, full mailbox",
        "From: postmaster@mail.example\nSubject: Сообщение не доставлено",
        """Ваше сообщение не было доставлено следующему получателю:

ann@daily.example
Почтовый ящик получателя переполнен.
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "QQ, Chinese",
        "From: PostMaster <PostMaster@qq.example>\nSubject: 来自qq.example的退信",
        """抱歉，您的邮件被退回来了……
原邮件信息：
时间：2026-11-02 09:00
主题：Small boats
收件人：ann@daily.example
退信原因：
收件人邮件地址（ann@daily.example）不存在，邮件无法送达。
host mx.daily.example said: 550 Mailbox not found
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "163, Chinese",
        "From: Postmaster@163.example\nSubject: 系统退信/Systems bounce",
        """抱歉，您的邮件被退回来了。
退信原因：收信人的邮箱已满，请稍后再试。
收件人： ann@daily.example
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "Japanese",
        "From: Mail Administrator <Postmaster@mail.example.jp>\nSubject: メール配信エラー通知",
        """次のあて先へのメッセージはエラーのため配信できませんでした。

<ann@daily.example>: 550 Unknown user
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "French",
        "From: Administrateur système <postmaster@journal.example>\n"
        "Subject: Non remis : Petits bateaux",
        """Votre message n'a pas été remis à certains ou à tous les destinataires prévus.

      Objet : Petits bateaux
      Date : 02/11/2026 09:00

Impossible de joindre le(s) destinataire(s) suivant(s) :

      ann@daily.example le 02/11/2026 09:00
            Cette adresse n'existe pas dans l'organisation.
            <mx.daily.example #5.1.1 smtp;550 5.1.1 ann>
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "French, delay",
        "From: postmaster@journal.example\nSubject: Remise différée : Petits bateaux",
        """Ce message n'a pas encore été remis aux destinataires suivants :

ann@daily.example

Le serveur continuera d'essayer. De nouvelles tentatives seront effectuées.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "German",
        "From: Mail Delivery System <mailer-daemon@kundenserver.example>\n"
        "Subject: Mail delivery failed: returning message to sender",
        """Diese E-Mail wurde automatisch erzeugt.

Ihre Nachricht konnte nicht zugestellt werden. Empfänger:

ann@daily.example:
Das Postfach des Empfängers ist voll.
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "German, unknown",
        "From: postmaster@zeitung.example\nSubject: Unzustellbar: Kleine Boote",
        """Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:

ann@daily.example
Die eingegebene E-Mail-Adresse konnte nicht gefunden werden.
mx.daily.example #550 5.1.1 RESOLVER.ADR.RecipNotFound ##
""",
        [(ANN, FAILED, PERMANENT, "5.1.1")],
    ),
    (
        "Spanish",
        "From: Correo <MAILER-DAEMON@diario.example>\nSubject: Error en la entrega",
        """Su mensaje no se pudo entregar a los siguientes destinatarios:

<ann@daily.example>: el buzón no existe
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Spanish, delay",
        "From: postmaster@diario.example\nSubject: Entrega retrasada: Barcos",
        """El mensaje aún no se ha entregado a:

ann@daily.example

El servidor seguirá intentando entregarlo durante 2 días.
""",
        [(ANN, DELAYED, TEMPORARY, "")],
    ),
    (
        "Italian",
        "From: Mail Delivery System <MAILER-DAEMON@giornale.example>\nSubject: Mancato recapito",
        """Il suo messaggio non è stato recapitato al seguente destinatario:

ann@daily.example
    La casella di posta è piena.
""",
        [(ANN, FAILED, TEMPORARY, "")],
    ),
    (
        "Portuguese",
        "From: postmaster@jornal.example\nSubject: Falha na entrega da mensagem",
        """A sua mensagem não foi entregue ao seguinte destinatário:

ann@daily.example
O usuário não existe.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Dutch",
        "From: Mailer Daemon <mailer-daemon@krant.example>\nSubject: Bericht niet afgeleverd",
        """Uw bericht kon niet worden afgeleverd bij:

ann@daily.example
De gebruiker is onbekend.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
    (
        "Arabic",
        "From: postmaster@jareeda.example\nSubject: تعذر تسليم الرسالة",
        """تعذر تسليم رسالتك إلى المستلمين التالين:

ann@daily.example
العنوان غير موجود.
""",
        [(ANN, FAILED, PERMANENT, "")],
    ),
]
