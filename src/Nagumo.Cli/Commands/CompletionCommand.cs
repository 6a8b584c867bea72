using System.CommandLine;

namespace Nagumo.Cli;

/// <summary><c>nagumo completion</c>: a script that lets the shell complete commands, options and names.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # Completions of nagumo: add  source <(nagumo completion bash)  to ~/.bashrc.
        _nagumo() {
            local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _nagumo nagumo ./nagumo
        """;

    private const string Zsh = """
        #compdef nagumo
        # Completions of nagumo: add  source <(nagumo completion zsh)  to ~/.zshrc, after compinit.
        _nagumo() {
            local -a words_found
            words_found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- $words_found
            _files
        }
        compdef _nagumo nagumo ./nagumo
        """;

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var shell = new Argument<string>("bash|zsh") { Description = "bash or zsh", HelpName = "bash|zsh" };
        shell.CompletionSources.Add("bash", "zsh");
        var command = new Command("completion", "Print a completion script for a shell") { shell };
        command.SetAction(parsed =>
        {
            string name = parsed.GetRequiredValue(shell);
            parsed.InvocationConfiguration.Output.WriteLine(
                name switch
                {
                    "bash" => Bash,
                    "zsh" => Zsh,
                    _ => throw new InputException($"there is no script for '{name}'.{Nearest.Hint(name, ["bash", "zsh"])}"),
                }
            );
            return ExitCode.Done;
        });
        return command;
    }
}
