/* letters_given - a record that a source gave, as the bytes of a dead letter: it was none of Kafka's before. */
#ifndef CW_HOST_LETTERS_GIVEN_H
#define CW_HOST_LETTERS_GIVEN_H

#include "host/batch.h"

/* Text and bytes as they are, anything else as JSON. It lives as long as the batch. */
struct cw_original cw_letter_of_given(struct cw_batch *memory, const struct cw_record *given);

#endif
