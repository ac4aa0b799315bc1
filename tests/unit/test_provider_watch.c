/* What config providers answered is asked for again when its time is over; another answer is told, once. */
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "host/provider_watch.h"
#include "unit.h"

#define DEADLINE_MS 20000

/* Its answers; and who has asked. */
struct script {
	pthread_mutex_t lock;
	pthread_cond_t asked;
	const char *text; /* NULL: an error */
	bool nothing;     /* no error, and no text */
	int64_t ttl_ms;
	int questions;
};

static enum cw_result answer(void *state, const char *path, const char *key, char **text, int64_t *ttl_ms,
			     struct cw_error *err)
{
	struct script *script = state;
	enum cw_result result = CW_OK;

	(void)path;
	(void)key;
	pthread_mutex_lock(&script->lock);
	script->questions++;
	*ttl_ms = script->ttl_ms;
	if (!script->nothing && script->text)
		*text = cw_strdup(script->text);
	else if (!script->nothing)
		result = cw_error_set(err, CW_ERR_FATAL, "denied") ? CW_FAIL : CW_OK;
	pthread_cond_broadcast(&script->asked);
	pthread_mutex_unlock(&script->lock);
	return result;
}

static const struct cw_config_provider_ops ops = { sizeof(ops), 0, NULL, answer, NULL };
static const struct cw_plugin plugin = { CW_PLUGIN_HEAD(CW_PLUGIN_CONFIG_PROVIDER), .config_provider = &ops };

/* What was told. */
struct told {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	char *variable;
	int times;
};

static void on_changed(void *arg, const char *variable)
{
	struct told *told = arg;

	pthread_mutex_lock(&told->lock);
	free(told->variable);
	told->variable = cw_strdup(variable);
	told->times++;
	pthread_cond_signal(&told->wake);
	pthread_mutex_unlock(&told->lock);
}

struct fixture {
	struct script script;
	struct told told;
	struct cw_provider provider;
	struct cw_provider_watch *watch;
};

static void set_up(struct fixture *f, const char *text, int64_t ttl_ms)
{
	*f = (struct fixture){ .script = { .text = text, .ttl_ms = ttl_ms }, .provider = { .alias = "aws" } };
	pthread_mutex_init(&f->script.lock, NULL);
	pthread_cond_init(&f->script.asked, NULL);
	pthread_mutex_init(&f->told.lock, NULL);
	pthread_cond_init(&f->told.wake, NULL);
	f->provider.configured.plugin = &plugin;
	f->provider.state = &f->script;
	f->watch = cw_provider_watch_new("c");
}

static void tear_down(struct fixture *f)
{
	cw_provider_watch_free(f->watch);
	free(f->told.variable);
}

/* As when a config is resolved. */
static void hold(struct fixture *f, const char *path, const char *name, const char *text, int64_t ttl_ms)
{
	cw_provider_watch_lock(f->watch);
	cw_provider_watch_hold(f->watch, &f->provider, path, name, text, ttl_ms);
	cw_provider_watch_unlock(f->watch);
}

static void say(struct fixture *f, const char *text, bool nothing)
{
	pthread_mutex_lock(&f->script.lock);
	f->script.text = text;
	f->script.nothing = nothing;
	pthread_mutex_unlock(&f->script.lock);
}

static struct timespec deadline(void)
{
	struct timespec at;

	clock_gettime(CLOCK_REALTIME, &at);
	at.tv_sec += DEADLINE_MS / 1000;
	return at;
}

/* Until it was asked so often in all. */
static void wait_asked(struct fixture *f, int times)
{
	struct timespec at = deadline();

	pthread_mutex_lock(&f->script.lock);
	while (f->script.questions < times && pthread_cond_timedwait(&f->script.asked, &f->script.lock, &at) == 0)
		;
	CU_ASSERT_TRUE(f->script.questions >= times);
	pthread_mutex_unlock(&f->script.lock);
}

static void wait_told(struct fixture *f, const char *want)
{
	struct timespec at = deadline();

	pthread_mutex_lock(&f->told.lock);
	while (!f->told.variable && pthread_cond_timedwait(&f->told.wake, &f->told.lock, &at) == 0)
		;
	CU_ASSERT_PTR_NOT_NULL_FATAL(f->told.variable);
	CU_ASSERT_STRING_EQUAL(f->told.variable, want);
	pthread_mutex_unlock(&f->told.lock);
}

static void test_watch__tells_of_another_answer_only(void)
{
	struct fixture f;

	set_up(&f, "a", 1);
	hold(&f, "prod/db", "password", "a", 1);
	cw_provider_watch_start(f.watch, on_changed, &f.told);
	wait_asked(&f, 2);
	say(&f, NULL, false); /* nobody answers: what there is holds on */
	wait_asked(&f, 4);
	say(&f, NULL, true);
	wait_asked(&f, 6);
	CU_ASSERT_EQUAL(f.told.times, 0);
	say(&f, "b", false);
	wait_told(&f, "${aws:prod/db:password}");
	tear_down(&f);
	CU_ASSERT_EQUAL(f.told.times, 1);
}

static void test_watch__what_holds_for_long_is_not_asked_for(void)
{
	struct fixture f;

	set_up(&f, "b", 1);
	hold(&f, "", "long", "b", INT64_MAX - 1);
	hold(&f, "", "short", "b", 1);
	cw_provider_watch_start(f.watch, on_changed, &f.told);
	wait_asked(&f, 2);
	say(&f, "c", false);
	wait_told(&f, "${aws:short}");
	tear_down(&f);
}

/* A task that was started later got another answer than the connector. */
static void test_watch__two_answers_for_one_variable(void)
{
	struct fixture f;

	set_up(&f, "b", 1);
	hold(&f, "p", "n", "a", 60000);
	cw_provider_watch_start(f.watch, on_changed, &f.told);
	hold(&f, "p", "n", "a", 60000);
	CU_ASSERT_EQUAL(f.told.times, 0);
	hold(&f, "p", "n", "b", 60000);
	wait_told(&f, "${aws:p:n}");
	CU_ASSERT_EQUAL(f.script.questions, 0);
	tear_down(&f);
}

static void test_watch__holds_and_ends(void)
{
	struct fixture f;

	set_up(&f, "a", 1);
	cw_provider_watch_start(f.watch, on_changed, &f.told); /* nothing to watch: no thread */
	hold(&f, "p", "n", "a", 60000);
	cw_provider_watch_lock(f.watch);
	CU_ASSERT_STRING_EQUAL(cw_provider_watch_held(f.watch, &f.provider, "p", "n"), "a");
	CU_ASSERT_PTR_NULL(cw_provider_watch_held(f.watch, &f.provider, "p", "m"));
	cw_provider_watch_unlock(f.watch);
	cw_provider_watch_start(f.watch, on_changed, &f.told);
	tear_down(&f);
	CU_ASSERT_EQUAL(f.told.times, 0);
	cw_provider_watch_free(NULL);
}

int main(void)
{
	CU_TestInfo tests[] = {
		{ "another answer", test_watch__tells_of_another_answer_only },
		{ "long and short", test_watch__what_holds_for_long_is_not_asked_for },
		{ "two answers", test_watch__two_answers_for_one_variable },
		{ "life", test_watch__holds_and_ends },
		CU_TEST_INFO_NULL,
	};
	CU_SuiteInfo suites[] = { { "provider watch", NULL, NULL, NULL, NULL, tests }, CU_SUITE_INFO_NULL };

	return cw_test_main(suites);
}
