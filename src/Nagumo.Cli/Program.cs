using Nagumo.Cli;

StandardStreams.Prepare();
Interruption.Watch();
return CommandLine.Run(args, Console.Out, Console.Error);
