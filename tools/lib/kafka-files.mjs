/** What the broker is made of: its version, the way to its jars, and its configuration files. */

export const KAFKA_VERSION = '4.4.0';
const SCALA_VERSION = '2.13';
const LOG4J_VERSION = '2.25.5';

export const jarsName = `kafka_${SCALA_VERSION}-${KAFKA_VERSION}`;

/** The logging binding is not among Kafka's own dependencies; without it the broker runs and logs nothing. */
export const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>posthorn.local</groupId>
  <artifactId>broker</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_${SCALA_VERSION}</artifactId>
      <version>${KAFKA_VERSION}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.logging.log4j</groupId>
      <artifactId>log4j-slf4j-impl</artifactId>
      <version>${LOG4J_VERSION}</version>
    </dependency>
  </dependencies>
</project>
`;

/** @param {string} logFile */
export const log4j2 = (logFile) => `<Configuration status="WARN">
  <Appenders>
    <RollingFile name="File" fileName="${xml(logFile)}" filePattern="${xml(logFile)}.%i">
      <PatternLayout pattern="%d %p %c{1} - %m%n"/>
      <Policies><SizeBasedTriggeringPolicy size="10 MB"/></Policies>
      <DefaultRolloverStrategy max="2"/>
    </RollingFile>
  </Appenders>
  <Loggers>
    <Root level="INFO"><AppenderRef ref="File"/></Root>
  </Loggers>
</Configuration>
`;

/** @param {string} text */
const xml = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/**
 * One node that is broker and controller, on loopback only.
 * The session settings let a broker that was killed register again within 5 s instead of 14; the flush
 * settings
 * bound what a power cut can take to a second (a killed process loses nothing that was acknowledged).
 * @param {{ port: number, controllerPort: number, dataDir: string }} options
 */
export const serverProperties = ({ port, controllerPort, dataDir }) => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=${dataDir.replaceAll('\\', '\\\\')}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
log.segment.bytes=134217728
log.flush.interval.ms=1000
log.flush.scheduler.interval.ms=1000
`;
