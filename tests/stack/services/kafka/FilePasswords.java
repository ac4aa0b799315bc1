import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.plain.internals.PlainServerCallbackHandler;

/**
 * Users of SASL/PLAIN in a file that is read at each login, so that a password can be another one while the broker
 * runs: a line for each, USER=PASSWORD. The login module's option "file" names it.
 */
public class FilePasswords extends PlainServerCallbackHandler {
	private Path file;

	@Override
	public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
		super.configure(configs, mechanism, entries);
		file = Path.of((String) entries.get(0).getOptions().get("file"));
	}

	@Override
	protected boolean authenticate(String user, char[] password) throws IOException {
		return Files.readAllLines(file, StandardCharsets.UTF_8).contains(user + "=" + new String(password));
	}
}
