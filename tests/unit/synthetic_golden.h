/* Of test_synthetic_lines.c: format, task, record, and the line as synthetic-log-lines printed it once. */
{ "format=access", 0, UINT64_C(0),
  "149.38.141.224 - - [Jan 21 2026, 22:23:40] \"GET /api/v1/users/32676 HTTP/1.1\" 200 754 \"-\" \"Mozilla/"
  "5.0 (Windows NT 10.0; Win64; x64)\"" },
{ "format=access", 0, UINT64_C(1),
  "196.245.74.94 - - [Jan 21 2026, 22:23:40] \"GET / HTTP/1.1\" 2x0 19989 \"https://example.com/login\" \"M"
  "ozilla/5.0 (Linux; Android 14; Pixel 8)\"" },
{ "format=access", 3, UINT64_C(0),
  "==> /var/log/nginx/access.log <==" },
{ "format=access", 1, UINT64_C(123456),
  "118.16.26.109 - - [Jan 22 2026, 01:41:13] \"DELETE /api/v1/products HTTP/1.1\" 200 109 \"https://example"
  ".com/blog/summer-32676\" \"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"" },
{ "format=access", 2, UINT64_C(1099511627781),
  "200.14.147.212 - - [Jun 06 4813, 08:31:14] \"POST /api/v1/session HTTP/2.0\" 204 - \"https://example.com"
  "/products\" \"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)\"" },
{ "format=access", 2, UINT64_C(16),
  "165.81.250.187 - - [Jan 39 2026, 22:23:41] \"GET / HTTP/1.1\" 200 20101 \"-\" \"Mozilla/5.0 (Macintosh; "
  "Intel Mac OS X 10_15_7)\"" },
{ "format=access", 2, UINT64_C(17),
  "59.4.90.99 - - [Jan 21 2026, 22:23:41] \"GET /contact HTTP/1.1\" 3x1 186 \"https://example.com/blog/summ"
  "er-8919\" \"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"" },
{ "format=access", 2, UINT64_C(22),
  "185.79.227.10 - - [Jan 21 2026, 22:23:41] \"GET /search?q=" },
{ "format=access", 2, UINT64_C(55),
  "999.90.233.207 - - [Jan 21 2026, 22:23:44] \"GET /api/v1/session HTTP/1.1\" 200 448 \"https://example.co"
  "m/search?q=review+8919\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\"" },
{ "format=access", 2, UINT64_C(62),
  "\377\266\205\311\366\277\252%\320\311\254\205l6ikT\306\257\004\310\223\303!\020A\3629\344l\375:\014\032"
  "\333\224\177\2659\243\316\267?\011" },
{ "format=access", 2, UINT64_C(87),
  "==> /var/log/nginx/access.log <==" },
{ "format=access", 2, UINT64_C(219),
  "197.27.206.95 - - [Jan 21 2026, 22:23:56] \"POST /api/v1/users/83146 HTTP/2.0 200 141 \"https://example."
  "com/products\" \"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)\"" },
{ "format=common", 0, UINT64_C(0),
  "149.38.141.224 - - [21/Jan/2026:22:23:40 +0000] \"GET /api/v1/users/32676 HTTP/1.1\" 200 754" },
{ "format=common", 0, UINT64_C(1),
  "196.245.74.94 - - [21/Jan/2026:22:23:40 +0000] \"GET / HTTP/1.1\" 2x0 19989" },
{ "format=common", 3, UINT64_C(0),
  "==> /var/log/nginx/access.log <==" },
{ "format=common", 1, UINT64_C(123456),
  "118.16.26.109 - - [22/Jan/2026:01:41:13 +0000] \"DELETE /api/v1/products HTTP/1.1\" 200 109" },
{ "format=common", 2, UINT64_C(1099511627781),
  "200.14.147.212 - - [06/Jun/4813:08:31:14 +0000] \"POST /api/v1/session HTTP/2.0\" 204 -" },
{ "format=common", 2, UINT64_C(16),
  "165.81.250.187 - - [39/Jan/2026:22:23:41 +0000] \"GET / HTTP/1.1\" 200 20101" },
{ "format=common", 2, UINT64_C(17),
  "59.4.90.99 - - [21/Jan/2026:22:23:41 +0000] \"GET /contact HTTP/1.1\" 3x1 186" },
{ "format=common", 2, UINT64_C(22),
  "185.79.227.10 - - [21/Jan/2026:22:23:41 +0000] \"GET /search?q" },
{ "format=common", 2, UINT64_C(55),
  "999.90.233.207 - - [21/Jan/2026:22:23:44 +0000] \"GET /api/v1/session HTTP/1.1\" 200 448" },
{ "format=common", 2, UINT64_C(87),
  "==> /var/log/nginx/access.log <==" },
{ "format=common", 2, UINT64_C(219),
  "197.27.206.95 - - [21/Jan/2026:22:23:56 +0000] \"POST /api/v1/users/83146 HTTP/2.0 200 141" },
{ "format=combined", 0, UINT64_C(0),
  "149.38.141.224 - - [21/Jan/2026:22:23:40 +0000] \"GET /api/v1/users/32676 HTTP/1.1\" 200 754 \"-\" \"Moz"
  "illa/5.0 (Windows NT 10.0; Win64; x64)\"" },
{ "format=combined", 0, UINT64_C(1),
  "196.245.74.94 - - [21/Jan/2026:22:23:40 +0000] \"GET / HTTP/1.1\" 2x0 19989 \"https://example.com/login"
  "\" \"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"" },
{ "format=combined", 3, UINT64_C(0),
  "==> /var/log/nginx/access.log <==" },
{ "format=combined", 1, UINT64_C(123456),
  "118.16.26.109 - - [22/Jan/2026:01:41:13 +0000] \"DELETE /api/v1/products HTTP/1.1\" 200 109 \"https://ex"
  "ample.com/blog/summer-32676\" \"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"" },
{ "format=combined", 2, UINT64_C(1099511627781),
  "200.14.147.212 - - [06/Jun/4813:08:31:14 +0000] \"POST /api/v1/session HTTP/2.0\" 204 - \"https://exampl"
  "e.com/products\" \"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)\"" },
{ "format=combined", 2, UINT64_C(16),
  "165.81.250.187 - - [39/Jan/2026:22:23:41 +0000] \"GET / HTTP/1.1\" 200 20101 \"-\" \"Mozilla/5.0 (Macint"
  "osh; Intel Mac OS X 10_15_7)\"" },
{ "format=combined", 2, UINT64_C(17),
  "59.4.90.99 - - [21/Jan/2026:22:23:41 +0000] \"GET /contact HTTP/1.1\" 3x1 186 \"https://example.com/blog"
  "/summer-8919\" \"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"" },
{ "format=combined", 2, UINT64_C(22),
  "185.79.227.10 - - [21/Jan/2026:22:23:41 +0000] \"GET /search?q" },
{ "format=combined", 2, UINT64_C(55),
  "999.90.233.207 - - [21/Jan/2026:22:23:44 +0000] \"GET /api/v1/session HTTP/1.1\" 200 448 \"https://examp"
  "le.com/search?q=review+8919\" \"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\"" },
{ "format=combined", 2, UINT64_C(87),
  "==> /var/log/nginx/access.log <==" },
{ "format=combined", 2, UINT64_C(219),
  "197.27.206.95 - - [21/Jan/2026:22:23:56 +0000] \"POST /api/v1/users/83146 HTTP/2.0 200 141 \"https://exa"
  "mple.com/products\" \"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)\"" },
{ "format=json", 0, UINT64_C(0),
  "{\"ip\":\"149.38.141.224\",\"@timestamp\":\"2026-01-21T22:23:40\",\"method\":\"GET\",\"endpoint\":\"/api"
  "/v1/users/32676\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":754,\"referrer\":null,\"user_agent\""
  ":\"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\"}" },
{ "format=json", 0, UINT64_C(1),
  "{\"ip\":\"196.245.74.94\",\"@timestamp\":\"2026-01-21T22:23:40\",\"method\":\"GET\",\"endpoint\":\"/\","
  "\"protocol\":\"HTTP/1.1\",\"status\":2x0,\"size\":19989,\"referrer\":\"https://example.com/login\",\"use"
  "r_agent\":\"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"}" },
{ "format=json", 3, UINT64_C(0),
  "==> /var/log/nginx/access.log <==" },
{ "format=json", 1, UINT64_C(123456),
  "{\"ip\":\"118.16.26.109\",\"@timestamp\":\"2026-01-22T01:41:13\",\"method\":\"DELETE\",\"endpoint\":\"/a"
  "pi/v1/products\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":109,\"referrer\":\"https://example.co"
  "m/blog/summer-32676\",\"user_agent\":\"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"}" },
{ "format=json", 2, UINT64_C(1099511627781),
  "{\"ip\":\"200.14.147.212\",\"@timestamp\":\"4813-06-06T08:31:14\",\"method\":\"POST\",\"endpoint\":\"/ap"
  "i/v1/session\",\"protocol\":\"HTTP/2.0\",\"status\":204,\"size\":0,\"referrer\":\"https://example.com/pr"
  "oducts\",\"user_agent\":\"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)\"}" },
{ "format=json", 2, UINT64_C(16),
  "{\"ip\":\"165.81.250.187\",\"@timestamp\":\"2026-01-39T22:23:41\",\"method\":\"GET\",\"endpoint\":\"/\","
  "\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":20101,\"referrer\":null,\"user_agent\":\"Mozilla/5.0 ("
  "Macintosh; Intel Mac OS X 10_15_7)\"}" },
{ "format=json", 2, UINT64_C(17),
  "{\"ip\":\"59.4.90.99\",\"@timestamp\":\"2026-01-21T22:23:41\",\"method\":\"GET\",\"endpoint\":\"/contact"
  "\",\"protocol\":\"HTTP/1.1\",\"status\":3x1,\"size\":186,\"referrer\":\"https://example.com/blog/summer-"
  "8919\",\"user_agent\":\"Mozilla/5.0 (Linux; Android 14; Pixel 8)\"}" },
{ "format=json", 2, UINT64_C(22),
  "{\"ip\":\"185.79.227.10\",\"@timestamp\":\"2026-01-21T22:23:41\",\"method\":\"GET\",\"endpoint\":\"/sear"
  "ch?q=shoes\",\"protocol\":\"HTTP/2.0\",\"status\":200,\"size\":29369,\"referrer\":\"https://www.google.c"
  "om/\",\"user_agent\":\"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWe" },
{ "format=json", 2, UINT64_C(55),
  "{\"ip\":\"999.90.233.207\",\"@timestamp\":\"2026-01-21T22:23:44\",\"method\":\"GET\",\"endpoint\":\"/api"
  "/v1/session\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"size\":448,\"referrer\":\"https://example.com/s"
  "earch?q=review+8919\",\"user_agent\":\"Mozilla/5.0 (Windows NT 10.0; Win64; x64)\"}" },
{ "format=json", 2, UINT64_C(87),
  "==> /var/log/nginx/access.log <==" },
{ "format=json", 2, UINT64_C(219),
  "{\"ip\":197.27.206.95\",\"@timestamp\":\"2026-01-21T22:23:56\",\"method\":\"POST\",\"endpoint\":\"/api/v"
  "1/users/83146\",\"protocol\":\"HTTP/2.0\",\"status\":200,\"size\":141,\"referrer\":\"https://example.com"
  "/products\",\"user_agent\":\"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)\"}" },
