using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Reflection;

namespace Nagumo.Cli;

/// <summary>The command <c>nagumo</c>: parses, runs, and turns every failure into one line and an exit code.</summary>
public static class CommandLine
{
    /// <summary>Runs the command.</summary>
    /// <param name="args">Arguments without the program's name.</param>
    /// <param name="output">Receives results.</param>
    /// <param name="error">Receives progress and diagnostics.</param>
    /// <returns>See <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        (output, error) = (new PlainWriter(output), new PlainWriter(error));
        try
        {
            var root = Build();
            if (args is [var suggest, .. var line] && suggest.StartsWith("[suggest", StringComparison.Ordinal))
                return Suggest(root, suggest, string.Join(' ', line), output);
            if (args.Length == 0)
                args = ["--help"];
            // The parser would pass over either in silence.
            if (args[0] is ['[', .., ']'] or "nagumo")
                return Misused(root.Parse([], Parser), error, NoCommand(root, args[0]));
            var parsed = root.Parse(args, Parser);
            if (parsed.Action is not HelpAction && (MistakenOption(parsed) ?? MistakenValue(parsed)) is { } option)
                return Misused(parsed, error, option);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
                return Misused(parsed, error);
            using var page = IsPage(parsed) ? new Page(output, Terminal.Width(output)) : null;
            return parsed.Invoke(
                new InvocationConfiguration
                {
                    Output = page ?? output,
                    Error = error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                }
            );
        }
        catch (Exception e)
        {
            return Failure.Report(e, error);
        }
    }

    /// <summary>Words are taken as they are typed: '@file' reads no file, '-ab' is not '-a -b'.</summary>
    private static readonly ParserConfiguration Parser = new() { ResponseFileTokenReplacer = null, EnablePosixBundling = false };

    /// <summary>Whether the output is text for people, rather than for a program.</summary>
    private static bool IsPage(ParseResult parsed) =>
        parsed.Action is HelpAction
        || parsed.GetResult("--json") is not OptionResult { Implicit: false }
            && parsed.CommandResult.Command.Name is not ("export" or "completion");

    /// <summary>The version, and the commit that it was built from.</summary>
    internal static (string Version, string? Commit) Version
    {
        get
        {
            string text = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            int plus = text.IndexOf('+');
            return plus < 0 ? (text, null) : (text[..plus], text[(plus + 1)..]);
        }
    }

    /// <summary>The command with all its commands and options.</summary>
    internal static Command Build()
    {
        Command root = new(
            "nagumo",
            "Trains and simulates networks of physical neurons: Equilibrium Propagation, waves and patterns, circuits."
        )
        {
            TrainCommand.Build(),
            CheckCommand.Build(),
            ChainCommand.Build(),
            AuditCommand.Build(),
            SimulateCommand.Build(),
            EvalCommand.Build(),
            PredictCommand.Build(),
            ToleranceCommand.Build(),
            InfoCommand.Build(),
            ModelsCommand.Build(),
            PresetsCommand.Build(),
            DataCommand.Build(),
            CircuitCommand.Build(),
            CompletionCommand.Build(),
        };
        // The page breaks its lines, on a terminal and elsewhere.
        root.Add(new HelpOption { Action = new HelpAction { MaxWidth = int.MaxValue } });
        var version = new Option<bool>("--version") { Description = "Show the version" };
        root.Add(version);
        root.SetAction(parsed =>
        {
            if (!parsed.GetValue(version))
                return Misused(parsed, parsed.InvocationConfiguration.Error, "name a command");
            parsed.InvocationConfiguration.Output.WriteLine(Version.Version);
            return ExitCode.Done;
        });
        Numbers.BeStrict(root);
        return root;
    }

    /// <summary>One line that says what is wrong, one that says where to look.</summary>
    private static int Misused(ParseResult parsed, TextWriter error, string? problem = null)
    {
        error.WriteLine($"error: {problem ?? Problem(parsed)}");
        error.WriteLine($"See: {Terminal.Command}{PathOf(parsed)["nagumo".Length..]} --help");
        return ExitCode.Usage;
    }

    private static string Problem(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        if (parsed.UnmatchedTokens is [var word, ..])
            return word.StartsWith('-') ? UnknownOption(parsed, word)
                : command.Subcommands.Count > 0 ? NoCommand(command, word)
                : $"'{word}' is one argument too many";
        var first = parsed.Errors[0];
        var at = first.SymbolResult is ArgumentResult { Parent: OptionResult owner } ? owner : first.SymbolResult;
        if (at is OptionResult { Tokens: [var value, ..] } option)
            return $"{option.Option.Name} expects {Numbers.Expected(option.Option.ValueType)}, not '{value.Value}'{Numbers.Remedy(value.Value)}";
        if (at is OptionResult lacking)
            return $"{lacking.Option.Name} needs a value, {lacking.Option.HelpName}";
        if (at is ArgumentResult { Tokens.Count: 0 } missing)
            return $"'{PathOf(parsed)}' needs {missing.Argument.HelpName}";
        return command.Subcommands.Count > 0
            ? $"'{PathOf(parsed)}' needs a command: {string.Join(", ", command.Subcommands.Select(c => c.Name))}"
            : first.Message.ReplaceLineEndings(" ").TrimEnd('.');
    }

    private static string NoCommand(Command command, string word) =>
        $"'{word}' is not a command.{Nearest.Hint(word, [.. command.Subcommands.Select(c => c.Name)])}";

    /// <summary>An unknown option would otherwise be taken for the name of a preset or file.</summary>
    private static string? MistakenOption(ParseResult parsed) =>
        parsed.Tokens.Any(t => t.Type == TokenType.DoubleDash)
            ? null
            : parsed
                .CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(a => a.Tokens)
                .Where(t => t.Value.StartsWith('-'))
                .Select(t => UnknownOption(parsed, t.Value))
                .FirstOrDefault();

    /// <summary>An option that is given twice, of which only one could count, or without a value between its quotes.</summary>
    private static string? MistakenValue(ParseResult parsed)
    {
        foreach (var option in parsed.CommandResult.Children.OfType<OptionResult>().Where(o => !o.Implicit))
        {
            if (option.IdentifierTokenCount > 1 && option.Option.Arity.MaximumNumberOfValues <= 1)
                return $"{option.Option.Name} is given {(option.IdentifierTokenCount == 2 ? "twice" : $"{option.IdentifierTokenCount} times")}: keep one";
            if (option.Tokens.Any(t => t.Value.Length == 0))
                return $"{option.Option.Name} needs a value, {option.Option.HelpName}, not ''";
        }
        return null;
    }

    private static string UnknownOption(ParseResult parsed, string word) =>
        $"'{word}' is not an option of '{PathOf(parsed)}'.{Nearest.Hint(word, [.. parsed.CommandResult.Command.Options.Select(o => o.Name)])}";

    private static string PathOf(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? r = parsed.CommandResult; r is CommandResult c; r = r.Parent)
            names.Push(c.Command.Name);
        return string.Join(' ', names);
    }

    /// <summary>Completions of a line typed so far: "[suggest:POSITION]" "nagumo tr".</summary>
    private static int Suggest(Command root, string directive, string line, TextWriter output)
    {
        int colon = directive.IndexOf(':');
        if (
            colon < 0
            || !int.TryParse(directive[(colon + 1)..].TrimEnd(']'), NumberStyles.None, CultureInfo.InvariantCulture, out int position)
        )
            position = line.Length;
        // The program's own name, "nagumo" or "./nagumo", is no argument.
        int name = line.IndexOf(' ') is var space and >= 0 ? space + 1 : line.Length;
        string arguments = line[name..];
        foreach (var item in root.Parse(arguments, Parser).GetCompletions(Math.Clamp(position - name, 0, arguments.Length)))
            output.WriteLine(item.Label);
        return ExitCode.Done;
    }
}
