// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "vault.h"

#define ALIGNMENT	16

/* Pages that are locked together, and given out from front to back. */
struct block {
	struct block *next;
	uint8_t *memory;
	size_t size;
	size_t used;
};

struct ike_vault {
	struct block *blocks;
};

/* Return: an empty vault, or NULL without memory. */
struct ike_vault *ike_vault_new(void)
{
	return calloc(1, sizeof(struct ike_vault));
}

static void block_free(struct block *block)
{
	OPENSSL_cleanse(block->memory, block->used);
	munmap(block->memory, block->size);
	free(block);
}

void ike_vault_free(struct ike_vault *vault)
{
	struct block *block, *next;

	if (!vault)
		return;
	for (block = vault->blocks; block; block = next) {
		next = block->next;
		block_free(block);
	}
	free(vault);
}

static int block_map(struct block *block, size_t size, struct espah_err *err)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int num;

	block->size = (size + page - 1) / page * page;
	block->memory = mmap(NULL, block->size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (block->memory == MAP_FAILED)
		return espah_err_kernel(err, ENOMEM, "no memory for secrets");
	if (!mlock(block->memory, block->size) &&
	    !madvise(block->memory, block->size, MADV_DONTDUMP) &&
	    !madvise(block->memory, block->size, MADV_WIPEONFORK))
		return 0;
	num = errno;
	munmap(block->memory, block->size);
	return espah_err_kernel(err, num,
				"cannot lock %zu octets of memory for secrets: %s; the limit on locked memory (ulimit -l) is too low",
				block->size, strerror(num));
}

static struct block *block_new(struct ike_vault *vault, size_t size, struct espah_err *err)
{
	struct block *block = calloc(1, sizeof(*block));

	if (!block) {
		espah_err_kernel(err, ENOMEM, "no memory for secrets");
		return NULL;
	}
	if (block_map(block, size, err)) {
		free(block);
		return NULL;
	}
	block->next = vault->blocks;
	vault->blocks = block;
	return block;
}

void *ike_vault_alloc(struct ike_vault *vault, size_t size, struct espah_err *err)
{
	size_t room = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	struct block *block = vault->blocks;
	void *memory;

	if (room < size) {
		espah_err_kernel(err, ENOMEM, "no memory for secrets");
		return NULL;
	}
	if (!block || block->size - block->used < room)
		block = block_new(vault, room, err);
	if (!block)
		return NULL;
	memory = block->memory + block->used;
	block->used += room;
	return memory;
}
