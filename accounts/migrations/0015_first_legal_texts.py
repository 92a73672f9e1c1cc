"""The first version of the terms and the privacy text. Staff publish others in Django admin."""

from django.db import migrations

TERMS = """# What this is

MINO runs web agents over sites that you name and compares what they bring back with what you know. Whoever runs this installation is your partner in these terms.

# What you may do

Use it for sites that you may visit with a program, and for data that you may keep. You are responsible for the addresses, instructions and values that you upload, and for the keys of agents that you store here.

# What you may not do

Do not use it to attack, overload or deceive sites, to collect what the law protects, or to get into what is not yours.

# What is promised

Figures come with the number of cells behind them and their interval. An agent may be wrong all the same: what it brought back is a claim, not a fact. There is no warranty beyond what the law demands.

# The end

You may leave at any time and take your data with you. An organization's owner may delete it: it is hidden at once, and its data are gone after 14 days."""

PRIVACY = """# Who is responsible

Whoever runs this installation. Ask them with any question about your data.

# What is kept of you

Your name, e-mail address, picture and time zone, as you gave them; your password as a digest that can't be read back; second factors, encrypted; from where and when you signed in; what you did in your organizations, with the address and browser that it came from, as their audit trail; your agreement to these texts.

# What for

To let you in, to show others in your organizations who did what, and to protect accounts. Nothing is sold, nothing is used for advertising, and no other company's scripts run on these pages.

# Who gets it

The members of your organizations see your name, address and picture and what you did there. Platform staff may see what is needed to run the installation. The addresses and instructions of executions go to the agent that the execution uses; with EVA or AgentQL that is another company.

# How long

As long as you have your account. Screenshots, raw answers and the audit trail are removed after the days that your organization has set. When you ask for the erasure of your account it happens after 14 days, in which you can take it back; the audit trail stays without your identity.

# What you can ask for

You can download all that is kept of you, correct it, and have it erased, without asking anybody."""


def publish(apps, schema_editor):
    texts = apps.get_model("accounts", "LegalText").objects
    for kind, text in (("terms", TERMS), ("privacy", PRIVACY)):
        texts.get_or_create(kind=kind, version=1, defaults={"text": text})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0014_terms_and_consents")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
