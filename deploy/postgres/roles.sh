#!/bin/sh
# Makes the owner of the tables and the role that the desk works in, once, when the database is first made.
# The passwords come from the environment; psql quotes them, and no command line shows them.
set -eu
psql --set ON_ERROR_STOP=1 --username postgres --dbname closeline <<'SQL'
\getenv owner_password CLOSELINE_OWNER_PASSWORD
\getenv app_password CLOSELINE_APP_PASSWORD
CREATE ROLE closeline_owner LOGIN NOSUPERUSER BYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE closeline_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
ALTER DATABASE closeline OWNER TO closeline_owner;
ALTER SCHEMA public OWNER TO closeline_owner;
SQL
