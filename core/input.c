/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/input.h"

const struct field input_queue_fields[] = {
    FIELD_ARRAY(struct input_queue, kind), FIELD_ARRAY(struct input_queue, code),
    FIELD_ARRAY(struct input_queue, a),    FIELD_ARRAY(struct input_queue, b),
    FIELD_ARRAY(struct input_queue, c),    FIELD_MAX(struct input_queue, head, INPUT_QUEUE - 1),
    FIELD_MAX(struct input_queue, count, INPUT_QUEUE),
    FIELD_END
};
