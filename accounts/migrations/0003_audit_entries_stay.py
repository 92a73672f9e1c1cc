"""On PostgreSQL a trigger refuses to change or delete entries of the audit trail, also to SQL written by hand.

`accounts.audit.erasing` lets retention and erasure through, for its transaction. SQLite has no variables of a
transaction that a trigger could ask, so there the model alone refuses.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('mino.audit_erasing', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'Entries of the audit trail can''t be changed or deleted.' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON accounts_auditentry
FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse();
"""
ALLOW = """
DROP TRIGGER audit_entry_stays ON accounts_auditentry;
DROP FUNCTION audit_entry_refuse();
"""


def refuse(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(REFUSE, params=None)


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(ALLOW, params=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_entries")]

    operations = [migrations.RunPython(refuse, allow)]
