#include "rest/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/mem.h"

#define IDLE_MS 10000
/* Touched pages count, not this: nested JSON is parsed by recursion. */
#define STACK_BYTES (2u << 20)

enum slot_state { SLOT_FREE = 0, SLOT_RUNS, SLOT_ENDED };

struct slot {
	struct cw_pool *pool;
	pthread_t thread;
	enum slot_state state; /* ENDED: waits to be joined */
};

struct queue {
	struct cw_pool_job *head, *tail;
};

struct cw_pool {
	int threads_max, threads_urgent;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t work;
	struct queue urgent, normal;
	struct slot slots[CW_POOL_THREADS_MAX];
	int n_threads, n_idle; /* running; of them, waiting for work */
	int n_normal;          /* jobs that are run and not urgent */
	int n_queued;
	bool stopping;
};

static void push(struct queue *queue, struct cw_pool_job *job)
{
	job->next = NULL;
	if (queue->tail)
		queue->tail->next = job;
	else
		queue->head = job;
	queue->tail = job;
}

static struct cw_pool_job *pop(struct queue *queue)
{
	struct cw_pool_job *job = queue->head;

	queue->head = job->next;
	if (!queue->head)
		queue->tail = NULL;
	return job;
}

static bool normal_may_run(const struct cw_pool *pool)
{
	return pool->normal.head && (pool->stopping || pool->n_normal < pool->threads_max - pool->threads_urgent);
}

static void run_next(struct cw_pool *pool)
{
	bool urgent = pool->urgent.head != NULL;
	struct cw_pool_job *job = pop(urgent ? &pool->urgent : &pool->normal);

	pool->n_queued--;
	pool->n_normal += !urgent;
	pthread_mutex_unlock(&pool->lock);
	job->run(job);
	pthread_mutex_lock(&pool->lock);
	pool->n_normal -= !urgent;
}

/* Waits for work; false when there was none for a while, or will be none. */
static bool wait_for_work(struct cw_pool *pool)
{
	int64_t until_ms = cw_clock_ms() + IDLE_MS;
	bool in_time = true;

	pool->n_idle++;
	while (!pool->urgent.head && !normal_may_run(pool) && !pool->stopping && in_time)
		in_time = cw_condition_wait(&pool->work, &pool->lock, pool->n_threads == 1 ? INT64_MAX : until_ms);
	pool->n_idle--;
	return pool->urgent.head || normal_may_run(pool) || (!pool->stopping && pool->n_threads == 1);
}

static void *thread_main(void *arg)
{
	struct slot *slot = arg;
	struct cw_pool *pool = slot->pool;

	pthread_mutex_lock(&pool->lock);
	while (wait_for_work(pool))
		while (pool->urgent.head || normal_may_run(pool))
			run_next(pool);
	pool->n_threads--;
	slot->state = SLOT_ENDED;
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

/* One thread more, with all signals blocked: they are main()'s. The lock is held. */
static int start_thread(struct cw_pool *pool)
{
	struct slot *slot = pool->slots;
	sigset_t all, before;
	pthread_attr_t attr;
	int rc;

	while (slot->state == SLOT_RUNS)
		slot++;
	if (slot->state == SLOT_ENDED)
		pthread_join(slot->thread, NULL);
	*slot = (struct slot){ .pool = pool };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	rc = pthread_create(&slot->thread, &attr, thread_main, slot);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc)
		return rc;
	slot->state = SLOT_RUNS;
	pool->n_threads++;
	return 0;
}

struct cw_pool *cw_pool_new(int n_threads, int n_urgent, struct cw_error *err)
{
	struct cw_pool *pool = cw_alloc(sizeof(*pool));
	int rc;

	pool->threads_max = n_threads;
	pool->threads_urgent = n_urgent;
	pthread_mutex_init(&pool->lock, NULL);
	cw_condition_init(&pool->work);
	pthread_mutex_lock(&pool->lock);
	rc = start_thread(pool);
	pthread_mutex_unlock(&pool->lock);
	if (!rc)
		return pool;
	cw_error_set(err, CW_ERR_FATAL, "REST: cannot start a thread: %s", strerror(rc));
	cw_pool_free(pool);
	return NULL;
}

void cw_pool_submit(struct cw_pool *pool, struct cw_pool_job *job, bool urgent)
{
	pthread_mutex_lock(&pool->lock);
	push(urgent ? &pool->urgent : &pool->normal, job);
	pool->n_queued++;
	/* Without a thread to spare the job waits for one that runs: there always is one. */
	if (pool->n_idle < pool->n_queued && pool->n_threads < pool->threads_max && (urgent || normal_may_run(pool)))
		start_thread(pool);
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
}

static void join(struct cw_pool *pool, struct slot *slot)
{
	bool started;

	pthread_mutex_lock(&pool->lock);
	started = slot->state != SLOT_FREE;
	pthread_mutex_unlock(&pool->lock);
	if (started)
		pthread_join(slot->thread, NULL);
}

void cw_pool_free(struct cw_pool *pool)
{
	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->stopping = true;
	pthread_cond_broadcast(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	for (int i = 0; i < CW_POOL_THREADS_MAX; i++)
		join(pool, &pool->slots[i]);
	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->lock);
	free(pool);
}
