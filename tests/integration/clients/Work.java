import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.sourcelab.kafka.connect.apiclient.Configuration;
import org.sourcelab.kafka.connect.apiclient.KafkaConnectClient;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorPluginConfigDefinition;
import org.sourcelab.kafka.connect.apiclient.request.dto.ConnectorsWithExpandedMetadata;
import org.sourcelab.kafka.connect.apiclient.request.dto.NewConnectorDefinition;
import org.sourcelab.kafka.connect.apiclient.request.post.PostConnectorRestart;
import org.sourcelab.kafka.connect.apiclient.rest.exceptions.InvalidRequestException;
import org.sourcelab.kafka.connect.apiclient.rest.exceptions.ResourceNotFoundException;

/** What people do with org.sourcelab's kafka-connect-client: Work URL KEY VALUE..., the configuration of a source. */
final class Work {
	private static final String NAME = "java-client";

	private final KafkaConnectClient client;
	private final Map<String, String> config;

	private Work(KafkaConnectClient client, Map<String, String> config) {
		this.client = client;
		this.config = config;
	}

	private static void expect(Object found, Object wanted, String what) {
		if (!found.equals(wanted))
			throw new IllegalStateException(what + ": " + found + ", expected " + wanted);
	}

	private void waitState(String state) throws InterruptedException {
		long deadline = System.nanoTime() + 30_000_000_000L;

		while (!client.getConnectorStatus(NAME).getConnector().get("state").equals(state)) {
			if (System.nanoTime() > deadline)
				throw new IllegalStateException("the connector is not " + state);
			Thread.sleep(20);
		}
	}

	private static void refused(Class<? extends RuntimeException> how, Runnable action) {
		try {
			action.run();
		} catch (RuntimeException why) {
			expect(why.getClass(), how, "the refusal");
			return;
		}
		throw new IllegalStateException("not refused, expected " + how);
	}

	private NewConnectorDefinition definition() {
		return NewConnectorDefinition.newBuilder().withName(NAME).withConfig(config).build();
	}

	private void lookAround() {
		expect(client.getConnectServerVersion().getVersion().isEmpty(), false, "no version");
		expect(client.getConnectorPlugins().stream().anyMatch(p -> p.getType().equals("sink")), true, "plugins");
		Map<String, String> named = new TreeMap<>(config);
		named.put("name", NAME);
		expect(client.validateConnectorPluginConfig(ConnectorPluginConfigDefinition.newBuilder()
			.withName(config.get("connector.class")).withConfig(named).build()).getErrorCount(), 0, "validation");
	}

	private void create() throws InterruptedException {
		refused(ResourceNotFoundException.class, () -> client.getConnector(NAME));
		expect(client.addConnector(definition()).getName(), NAME, "create");
		try {
			client.addConnector(definition());
			throw new IllegalStateException("created twice");
		} catch (InvalidRequestException why) {
			expect(why.getErrorCode(), 409, "the second create");
		}
		expect(List.copyOf(client.getConnectors()), List.of(NAME), "list");
		waitState("RUNNING");
	}

	private void read() throws InterruptedException {
		while (client.getConnectorTasks(NAME).isEmpty())
			Thread.sleep(20);
		expect(client.getConnector(NAME).getType(), "source", "type");
		expect(client.getConnectorTaskStatus(NAME, 0).getId(), 0, "task status");
		ConnectorsWithExpandedMetadata all = client.getConnectorsWithAllExpandedMetadata();
		expect(all.getDefinitionForConnector(NAME).getConfig().get("name"), NAME, "list with expand");
		expect(all.getStatusForConnector(NAME).getName(), NAME, "list with expand");
		expect(client.getConnectorTopics(NAME).getName(), NAME, "topics");
		expect(client.resetConnectorTopics(NAME), true, "reset of topics");
		expect(client.getConnectorsWithExpandedStatus().getConnectorNames().size(), 1, "list with status");
		expect(client.getConnectorsWithExpandedInfo().getConnectorNames().size(), 1, "list with info");
	}

	private void change() throws InterruptedException {
		config.put("seed", "7");
		expect(client.updateConnectorConfig(NAME, config).getConfig().get("seed"), "7", "update");
		expect(client.getConnectorConfig(NAME).get("seed"), "7", "config");
		expect(client.pauseConnector(NAME), true, "pause");
		waitState("PAUSED");
		expect(client.resumeConnector(NAME), true, "resume");
		waitState("RUNNING");
		while (client.getConnectorTasks(NAME).isEmpty())
			Thread.sleep(20);
		expect(client.restartConnectorTask(NAME, 0), true, "restart of a task");
		expect(client.restartConnector(NAME), true, "restart");
		expect(client.restartConnector(new PostConnectorRestart(NAME).withIncludeTasks(true)), true, "restart with tasks");
		expect(client.deleteConnector(NAME), true, "delete");
		expect(client.getConnectors().isEmpty(), true, "list after delete");
	}

	public static void main(String[] args) throws InterruptedException {
		Map<String, String> config = new TreeMap<>();

		for (int i = 1; i < args.length; i += 2)
			config.put(args[i], args[i + 1]);
		Work work = new Work(new KafkaConnectClient(new Configuration(args[0])), config);
		work.lookAround();
		work.create();
		work.read();
		work.change();
		System.out.println("done");
	}
}
