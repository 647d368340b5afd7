#!/usr/bin/env bash
# Joins Teleport with this job's OIDC token for a certificate that a database behind Teleport takes.
#
# PARAM_DATABASE_SERVICE  the database's name in Teleport, which tsh db ls shows
# PARAM_DATABASE_USER     the user to log in to it as
# PARAM_DATABASE          the name of the database on it
# PARAM_DATABASE_FORMAT   the form of the files: default, tls, mongo or cockroach
#
# Exports TELEPORT_CREDENTIALS; the certificate and its key are database/tlscert and database/key there.

#include start.sh
#include boolean.sh
#include proxy.sh
#include folder.sh
#include join_settings.sh
#include oidc.sh
#include oidc_claims.sh
#include tbot.sh
#include web.sh
#include cluster_version.sh
#include credentials_folder.sh
#include tbot_file.sh
#include await.sh
#include joining.sh

[[ -n ${PARAM_DATABASE_SERVICE:-} ]] || fail "No database is named: set database_service to its name in Teleport."
text_setting service "$PARAM_DATABASE_SERVICE"
text_setting username "${PARAM_DATABASE_USER:-}"
text_setting database "${PARAM_DATABASE:-}"
written=tlscert
case ${PARAM_DATABASE_FORMAT:-default} in
  default) ;;
  tls) setting format tls && written=tls.crt ;;
  mongo) setting format mongo && written=mongo.crt ;;
  cockroach) setting format cockroach && written=cockroach ;;
  *) fail "There is no format '$PARAM_DATABASE_FORMAT' of database credentials: choose default, tls, mongo or cockroach." ;;
esac

begin_join database
write_tbot_file database > "$credentials/tbot.yaml"
finish_join "$written"
