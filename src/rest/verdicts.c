#include "rest/verdicts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/buf.h"
#include "base/mem.h"

#define KEY_BYTES 32
#define MAC_BYTES 32
#define SLOTS 256u

struct slot {
	unsigned char mac[MAC_BYTES];
	int64_t until_ms; /* 0: nothing in it */
	bool good;
};

struct cw_verdicts {
	unsigned char key[KEY_BYTES];
	pthread_mutex_t lock; /* guards the slots */
	struct slot slots[SLOTS];
};

struct cw_verdicts *cw_verdicts_new(void)
{
	struct cw_verdicts *verdicts = cw_alloc(sizeof(*verdicts));

	/* Without random numbers there is no TLS either: GnuTLS would not have started. */
	gnutls_rnd(GNUTLS_RND_KEY, verdicts->key, sizeof(verdicts->key));
	pthread_mutex_init(&verdicts->lock, NULL);
	return verdicts;
}

void cw_verdicts_free(struct cw_verdicts *verdicts)
{
	if (!verdicts)
		return;
	pthread_mutex_destroy(&verdicts->lock);
	gnutls_memset(verdicts->key, 0, sizeof(verdicts->key));
	free(verdicts);
}

/* User and password are parted by a NUL, which neither can hold. */
static void make_mac(const struct cw_verdicts *verdicts, uint64_t version, const struct cw_credentials *credentials,
		     unsigned char out[MAC_BYTES])
{
	struct cw_buf text = { 0 };

	cw_buf_append(&text, &version, sizeof(version));
	cw_buf_append(&text, credentials->user, strlen(credentials->user) + 1);
	cw_buf_append(&text, credentials->secret, strlen(credentials->secret));
	gnutls_hmac_fast(GNUTLS_MAC_SHA256, verdicts->key, sizeof(verdicts->key), text.p, text.n, out);
	gnutls_memset(text.p, 0, text.n);
	cw_buf_free(&text);
}

bool cw_verdicts_find(struct cw_verdicts *verdicts, uint64_t version, const struct cw_credentials *credentials,
		      int64_t now_ms, bool *good)
{
	unsigned char mac[MAC_BYTES];
	const struct slot *slot;
	bool found;

	make_mac(verdicts, version, credentials, mac);
	slot = &verdicts->slots[mac[0] % SLOTS];
	pthread_mutex_lock(&verdicts->lock);
	found = slot->until_ms > now_ms && gnutls_memcmp(slot->mac, mac, sizeof(mac)) == 0;
	*good = found && slot->good;
	pthread_mutex_unlock(&verdicts->lock);
	return found;
}

void cw_verdicts_add(struct cw_verdicts *verdicts, uint64_t version, const struct cw_credentials *credentials,
		     int64_t now_ms, bool good)
{
	unsigned char mac[MAC_BYTES];
	struct slot *slot;

	make_mac(verdicts, version, credentials, mac);
	slot = &verdicts->slots[mac[0] % SLOTS];
	pthread_mutex_lock(&verdicts->lock);
	/* Guesses do not push out what is known to be right. */
	if (good || !slot->good || slot->until_ms <= now_ms) {
		memcpy(slot->mac, mac, sizeof(mac));
		slot->good = good;
		slot->until_ms = now_ms + (good ? CW_VERDICT_GOOD_MS : CW_VERDICT_BAD_MS);
	}
	pthread_mutex_unlock(&verdicts->lock);
}
