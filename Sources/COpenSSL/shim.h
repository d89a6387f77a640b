/// OpenSSL 3 as Swift can use it: what its macros hide is said again as constants and functions.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

static inline int copenssl_set_server_name(SSL *session, const char *name) {
  return (int)SSL_set_tlsext_host_name(session, name);
}
static inline int copenssl_require_tls12(SSL_CTX *context) {
  return (int)SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}
/// What the peer sent has ended: reading says so instead of asking for more.
static inline void copenssl_end(BIO *memory) { BIO_set_mem_eof_return(memory, 0); }
static inline size_t copenssl_pending(BIO *memory) { return BIO_ctrl_pending(memory); }
static inline int copenssl_reason(unsigned long error) { return ERR_GET_REASON(error); }
static inline int copenssl_is_system(unsigned long error) { return ERR_SYSTEM_ERROR(error) ? 1 : 0; }
static inline int copenssl_is_tls(unsigned long error) { return ERR_GET_LIB(error) == ERR_LIB_SSL ? 1 : 0; }
static inline int copenssl_is_certificate(unsigned long error) { return ERR_GET_LIB(error) == ERR_LIB_X509 ? 1 : 0; }

/// How many certificates a verified chain holds, the server's own first; 0 where there is none.
static inline int copenssl_chain_length(const SSL *session) {
  const STACK_OF(X509) *chain = SSL_get0_verified_chain(session);
  return chain ? sk_X509_num(chain) : 0;
}
static inline const X509 *copenssl_chain_member(const SSL *session, int place) {
  return sk_X509_value(SSL_get0_verified_chain(session), place);
}

/// Prints a certificate's subject as `CN=redis-1,O=Example`; negative when it could not.
static inline int copenssl_print_subject(BIO *memory, const X509 *certificate) {
  return X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
}

/// Keeps the certificate that was refused, the server's or one behind it: after a handshake that failed there is none.
static int copenssl_keep_refused(int is_good, X509_STORE_CTX *verification) {
  if (is_good) return is_good;
  SSL *session = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
  X509 *refused = X509_STORE_CTX_get_current_cert(verification);
  if (session && refused && !SSL_get_app_data(session) && X509_up_ref(refused)) SSL_set_app_data(session, refused);
  return is_good;
}
static inline void copenssl_verify(SSL_CTX *context) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, copenssl_keep_refused);
}
/// Trusts one certificate alone, whoever it names, whoever signed it and however old it is: the server's has to be the
/// very same. What OpenSSL would verify otherwise is not asked.
static int copenssl_compare_with_pinned(X509_STORE_CTX *verification, void *pinned) {
  X509 *offered = X509_STORE_CTX_get0_cert(verification);
  if (offered && X509_cmp(offered, (X509 *)pinned) == 0) {
    X509_STORE_CTX_set_error(verification, X509_V_OK);
    return 1;
  }
  X509_STORE_CTX_set_error(verification, X509_V_ERR_CERT_REJECTED);
  SSL *session = X509_STORE_CTX_get_ex_data(verification, SSL_get_ex_data_X509_STORE_CTX_idx());
  if (session && offered && !SSL_get_app_data(session) && X509_up_ref(offered)) SSL_set_app_data(session, offered);
  return 0;
}
/// The certificate has to live as long as the context.
static inline void copenssl_pin(SSL_CTX *context, X509 *pinned) {
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_cert_verify_callback(context, copenssl_compare_with_pinned, pinned);
}
/// SHA-256 of a certificate, 32 bytes; 0 when it could not be computed.
static inline int copenssl_fingerprint(const X509 *certificate, unsigned char *digest) {
  unsigned int length = 0;
  return X509_digest(certificate, EVP_sha256(), digest, &length) == 1 && length == 32;
}

/// The certificate that was refused; null where none was.
static inline const X509 *copenssl_refused(const SSL *session) { return SSL_get_app_data(session); }
static inline void copenssl_close(SSL *session) {
  X509_free(SSL_get_app_data(session));
  SSL_free(session);
}

// Reasons of the library's errors that have a sentence of their own.
static const int copenssl_wrong_version = SSL_R_WRONG_VERSION_NUMBER;
static const int copenssl_http_request = SSL_R_HTTP_REQUEST;
static const int copenssl_unsupported_protocol = SSL_R_UNSUPPORTED_PROTOCOL;
static const int copenssl_unexpected_end = SSL_R_UNEXPECTED_EOF_WHILE_READING;
static const int copenssl_verify_failed = SSL_R_CERTIFICATE_VERIFY_FAILED;
static const int copenssl_alert_version = SSL_R_TLSV1_ALERT_PROTOCOL_VERSION;
static const int copenssl_alert_handshake = SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE;
static const int copenssl_alert_unknown_name = SSL_R_TLSV1_UNRECOGNIZED_NAME;
static const int copenssl_alert_certificate_required = SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED;
static const int copenssl_alert_bad_certificate = SSL_R_SSLV3_ALERT_BAD_CERTIFICATE;
static const int copenssl_alert_unsupported_certificate = SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE;
static const int copenssl_alert_certificate_revoked = SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED;
static const int copenssl_alert_certificate_expired = SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED;
static const int copenssl_alert_certificate_unknown = SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN;
static const int copenssl_alert_unknown_authority = SSL_R_TLSV1_ALERT_UNKNOWN_CA;
static const int copenssl_key_mismatch = X509_R_KEY_VALUES_MISMATCH;
static const int copenssl_key_type_mismatch = X509_R_KEY_TYPE_MISMATCH;
