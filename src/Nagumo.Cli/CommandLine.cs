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
        try
        {
            var root = Build();
            if (args is [var suggest, .. var line] && suggest.StartsWith("[suggest", StringComparison.Ordinal))
                return Suggest(root, suggest, string.Join(' ', line), output);
            var parsed = root.Parse(args);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
                return Misused(root, parsed, error);
            return parsed.Invoke(
                new InvocationConfiguration
                {
                    Output = output,
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

    private static Command Build()
    {
        Command root = new("nagumo", "Trains networks of physical neurons by Equilibrium Propagation.")
        {
            TrainCommand.Build(),
            EvalCommand.Build(),
            PredictCommand.Build(),
            InfoCommand.Build(),
            ModelsCommand.Build(),
            PresetsCommand.Build(),
            DataCommand.Build(),
            CompletionCommand.Build(),
        };
        root.Add(new HelpOption());
        var version = new Option<bool>("--version") { Description = "Show the version" };
        root.Add(version);
        root.SetAction(parsed =>
        {
            if (!parsed.GetValue(version))
                return Misused(root, parsed, parsed.InvocationConfiguration.Error, "name a command");
            parsed.InvocationConfiguration.Output.WriteLine(Version.Version);
            return ExitCode.Done;
        });
        return root;
    }

    /// <summary>One line that says what is wrong, one that says where to look.</summary>
    private static int Misused(Command root, ParseResult parsed, TextWriter error, string? problem = null)
    {
        var command = parsed.CommandResult.Command;
        string[] unmatched = [.. parsed.UnmatchedTokens];
        if (problem is null && unmatched is [var word, ..])
            problem =
                word.StartsWith('-')
                    ? $"'{word}' is not an option of '{PathOf(parsed)}'.{Near(word, command.Options.Concat(root.Options.OfType<HelpOption>()).Select(o => o.Name))}"
                : command.Subcommands.Count > 0
                    ? $"'{word}' is not a command.{Near(word, command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}"
                : $"'{word}' is one argument too many.";
        problem ??= parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.');
        error.WriteLine($"error: {problem}");
        error.WriteLine($"See: {PathOf(parsed)} --help");
        return ExitCode.Usage;
    }

    private static string Near(string word, IEnumerable<string> names) => Nearest.Hint(word, [.. names]);

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
        int position =
            directive.IndexOf(':') is var colon and >= 0
            && int.TryParse(directive[(colon + 1)..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int p)
                ? p
                : line.Length;
        foreach (var item in root.Parse(line).GetCompletions(Math.Min(position, line.Length)))
            output.WriteLine(item.Label);
        return ExitCode.Done;
    }
}
