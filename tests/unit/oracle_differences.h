/* oracle_differences - where connect-worker differs from Kafka Connect on purpose, and why. */
#ifndef CW_TESTS_ORACLE_DIFFERENCES_H
#define CW_TESTS_ORACLE_DIFFERENCES_H

#include <stdbool.h>

/* Whether our sentence is Kafka's (its message, or with its cause), or one that says the same in other words. */
bool oracle_same_message(const char *message, const char *cause, const char *ours);
/* Whether it is one with which connect-worker refuses what Kafka Connect would accept, or refuses it earlier. */
bool oracle_refusal(const char *ours);
/* Whether the whole outcome of this case differs on purpose. */
bool oracle_deliberate(const char *id);

#endif
