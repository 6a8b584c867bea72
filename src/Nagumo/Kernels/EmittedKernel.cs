using System.Numerics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Nagumo.Compute;
using Nagumo.Symbolics;

namespace Nagumo.Kernels;

/// <summary>Emits a kernel as a dynamic method over <see cref="ILanes{V, T}"/>.</summary>
internal sealed unsafe class EmittedKernel<T> : Kernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Body body;

    // The code holds the addresses of the tables and constants; this field keeps them alive.
    private readonly Tables<T> tables;

    public EmittedKernel(KernelProgram program, string name, Type lanes)
        : base(program.Operands)
    {
        tables = new(program);
        body = new Emission(program, tables, name, lanes).Emit();
    }

    private delegate bool Body(Rows<T>* operands, nint rows, nint cols);

    protected override bool Run(Rows<T>* operands, nint rows, nint cols) => body(operands, rows, cols);

    private sealed class Emission
    {
        // Of 32 vector registers; two are for the instructions' own needs.
        private const int Registers = 30;

        private readonly KernelProgram program;
        private readonly Tables<T> tables;
        private readonly Type lanes;
        private readonly Type vector;
        private readonly int width;
        private readonly DynamicMethod method;
        private readonly ILGenerator il;
        private readonly LocalBuilder[] pointers;
        private readonly LocalBuilder[] strides;
        private readonly LocalBuilder?[][] values;
        private readonly int lastLoad;
        private readonly Dictionary<(int Table, int Half), LocalBuilder> tableHalves = [];
        private readonly Dictionary<int, LocalBuilder> heldConstants = [];
        private readonly LocalBuilder column;
        private readonly LocalBuilder tail;
        private readonly LocalBuilder? watched;
        private int copy;

        public Emission(KernelProgram program, Tables<T> tables, string name, Type lanes)
        {
            (this.program, this.tables, this.lanes) = (program, tables, lanes);
            vector = Method("Load").ReturnType;
            width = (int)lanes.GetProperty("Count")!.GetValue(null)!;
            method = new($"ng_{name}", typeof(bool), [typeof(Rows<T>*), typeof(nint), typeof(nint)], typeof(EmittedKernel<T>), true);
            il = method.GetILGenerator();
            pointers = [.. Enumerable.Range(0, program.Operands).Select(_ => il.DeclareLocal(typeof(nint)))];
            strides = [.. Enumerable.Range(0, program.Operands).Select(_ => il.DeclareLocal(typeof(nint)))];
            values = [new LocalBuilder?[program.Nodes.Count], new LocalBuilder?[program.Nodes.Count]];
            lastLoad = Enumerable.Range(0, program.Nodes.Count).LastOrDefault(i => program.Nodes[i].Op == Op.Load, -1);
            column = il.DeclareLocal(typeof(nint));
            tail = il.DeclareLocal(typeof(nint));
            watched = program.Watched >= 0 ? il.DeclareLocal(vector) : null;
        }

        /// <summary>
        /// for each row { uniforms; for each whole vector { body }; if (tail) { body on a part } }. Columns are counted in bytes. Where
        /// registers allow, two vectors pass through the body side by side, instruction by instruction: a long chain of operations that
        /// wait for each other fills the processor's window, and two in turn wait half as long.
        /// </summary>
        public Body Emit()
        {
            var row = il.DeclareLocal(typeof(nint));
            var end = il.DeclareLocal(typeof(nint));
            for (var i = 0; i < program.Operands; i++)
            {
                EmitField(i, nameof(Rows<T>.Data));
                il.Emit(OpCodes.Stloc, pointers[i]);
                EmitField(i, nameof(Rows<T>.Stride));
                il.Emit(OpCodes.Ldc_I4, sizeof(T));
                il.Emit(OpCodes.Mul);
                il.Emit(OpCodes.Stloc, strides[i]);
            }
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldc_I4, width - 1);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.And);
            il.Emit(OpCodes.Stloc, tail);
            il.Emit(OpCodes.Ldarg_2);
            il.Emit(OpCodes.Ldloc, tail);
            il.Emit(OpCodes.Sub);
            il.Emit(OpCodes.Ldc_I4, sizeof(T));
            il.Emit(OpCodes.Mul);
            il.Emit(OpCodes.Stloc, end);
            LoadTables();
            var pairs = watched is not null && FreeRegisters(copies: 2) >= 0;
            LoadConstants(FreeRegisters(pairs ? 2 : 1));
            if (watched is not null)
            {
                EmitConstant(0);
                il.Emit(OpCodes.Stloc, watched);
            }

            var (nextRow, done) = (il.DefineLabel(), il.DefineLabel());
            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Stloc, row);
            il.MarkLabel(nextRow);
            il.Emit(OpCodes.Ldloc, row);
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Bge, done);
            EmitNodes(varying: false);

            il.Emit(OpCodes.Ldc_I4_0);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Stloc, column);
            if (pairs)
                EmitLoop(copies: 2, end);
            EmitLoop(copies: 1, end);

            if (width > 1)
            {
                var noTail = il.DefineLabel();
                il.Emit(OpCodes.Ldloc, tail);
                il.Emit(OpCodes.Brfalse, noTail);
                EmitNodes(varying: true, part: true);
                EmitStores(part: true);
                il.MarkLabel(noTail);
            }
            for (var i = 0; i < program.Operands; i++)
            {
                var stride = strides[i];
                Increase(pointers[i], () => il.Emit(OpCodes.Ldloc, stride));
            }
            Increase(row, () => il.Emit(OpCodes.Ldc_I4_1));
            il.Emit(OpCodes.Br, nextRow);
            il.MarkLabel(done);
            if (watched is not null)
            {
                il.Emit(OpCodes.Ldloc, watched);
                il.Emit(OpCodes.Call, Method("IsNumber"));
            }
            else
            {
                il.Emit(OpCodes.Ldc_I4_1);
            }
            il.Emit(OpCodes.Ret);
            return method.CreateDelegate<Body>();
        }

        private void EmitLoop(int copies, LocalBuilder end)
        {
            var (loop, done) = (il.DefineLabel(), il.DefineLabel());
            il.MarkLabel(loop);
            il.Emit(OpCodes.Ldloc, column);
            il.Emit(OpCodes.Ldc_I4, (copies - 1) * width * sizeof(T));
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldloc, end);
            il.Emit(OpCodes.Bge, done);
            EmitNodes(varying: true, copies: copies);
            EmitStores(copies: copies);
            Increase(column, () => il.Emit(OpCodes.Ldc_I4, copies * width * sizeof(T)));
            il.Emit(OpCodes.Br, loop);
            il.MarkLabel(done);
        }

        private MethodInfo Method(string name) => lanes.GetMethod(name)!;

        private void EmitField(int operand, string field)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, operand * sizeof(Rows<T>));
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldfld, typeof(Rows<T>).GetField(field)!);
        }

        private void Increase(LocalBuilder local, Action by)
        {
            il.Emit(OpCodes.Ldloc, local);
            by();
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Stloc, local);
        }

        // 32 floats are two registers: load them once, before all loops.
        private bool InRegisters(int table) => lanes == typeof(Lanes512<float>) && Avx512F.IsSupported && tables.Mask(table) == 31;

        private void LoadTables()
        {
            for (var table = 0; table < program.Tables.Count; table++)
            {
                for (var half = 0; half < 2 && InRegisters(table); half++)
                {
                    var local = il.DeclareLocal(typeof(Vector512<float>));
                    il.Emit(OpCodes.Ldc_I8, (long)(tables[table] + (half * 16)));
                    il.Emit(OpCodes.Conv_I);
                    il.Emit(OpCodes.Call, Method("Load"));
                    il.Emit(OpCodes.Stloc, local);
                    tableHalves.Add((table, half), local);
                }
            }
        }

        // A constant in the loop costs a load each time it is used; registers that the loop leaves free hold the most used ones. They
        // come from memory, because the JIT would move a constant that it can see back to its uses.
        private void LoadConstants(int free)
        {
            var uses = new int[program.Nodes.Count];
            for (var node = 0; node < uses.Length; node++)
                foreach (var operand in program.Nodes[node].Operands)
                    uses[operand] += program.IsVarying(node) && program.Nodes[operand].Op == Op.Constant ? 1 : 0;
            var held = Enumerable.Range(0, uses.Length).Where(i => uses[i] > 0).OrderByDescending(i => uses[i]).Take(Math.Max(free, 0));
            foreach (var node in held)
            {
                var local = il.DeclareLocal(vector);
                il.Emit(OpCodes.Ldc_I8, (long)tables.Constant(node));
                il.Emit(OpCodes.Conv_I);
                il.Emit(OpCodes.Ldobj, typeof(T));
                il.Emit(OpCodes.Call, Method("Broadcast"));
                il.Emit(OpCodes.Stloc, local);
                heldConstants.Add(node, local);
            }
        }

        /// <summary>The vector registers that so many bodies side by side leave free; negative where there are too few.</summary>
        private int FreeRegisters(int copies)
        {
            // Other vectors have too few registers to begin with.
            if (lanes != typeof(Lanes512<T>) || !Avx512F.IsSupported)
                return -1;
            var (perElement, perRow) = program.Live;
            return Registers - tableHalves.Count - perRow - (watched is null ? 0 : 1) - (copies * perElement);
        }

        private void EmitNodes(bool varying, bool part = false, int copies = 1)
        {
            for (var node = 0; node < program.Nodes.Count; node++)
            {
                if (program.IsVarying(node) != varying || program.Nodes[node].Op == Op.Constant)
                    continue;
                for (copy = 0; copy < copies; copy++)
                {
                    EmitNode(program.Nodes[node], part);
                    il.Emit(OpCodes.Stloc, values[copy][node] ??= il.DeclareLocal(vector));
                }
                copy = 0;
                if (node == lastLoad)
                    EmitStores(part, copies, loads: true);
            }
        }

        private void EmitNode(Instruction i, bool part)
        {
            switch (i.Op)
            {
                case Op.Load:
                    EmitAddress(i.A);
                    if (i.Value != 0)
                    {
                        il.Emit(OpCodes.Ldc_I4, (int)i.Value * sizeof(T));
                        il.Emit(OpCodes.Add);
                    }
                    if (part)
                        il.Emit(OpCodes.Ldloc, tail);
                    il.Emit(OpCodes.Call, Method(part ? "LoadPart" : "Load"));
                    break;
                case Op.LoadUniform:
                    il.Emit(OpCodes.Ldloc, pointers[i.A]);
                    il.Emit(OpCodes.Ldobj, typeof(T));
                    il.Emit(OpCodes.Call, Method("Broadcast"));
                    break;
                case Op.Lookup when InRegisters(i.A):
                    il.Emit(OpCodes.Ldloc, tableHalves[(i.A, 0)]);
                    EmitValue(i.B);
                    il.Emit(OpCodes.Ldloc, tableHalves[(i.A, 1)]);
                    il.Emit(OpCodes.Call, typeof(Lanes512<T>).GetMethod("Permute")!);
                    break;
                case Op.Lookup:
                    il.Emit(OpCodes.Ldc_I8, (long)tables[i.A]);
                    il.Emit(OpCodes.Conv_I);
                    il.Emit(OpCodes.Ldc_I4, tables.Mask(i.A));
                    EmitValue(i.B);
                    il.Emit(OpCodes.Call, Method("Lookup"));
                    break;
                case Op.Shift:
                    EmitValue(i.A);
                    il.Emit(OpCodes.Ldc_I4, (int)i.Value);
                    il.Emit(OpCodes.Call, Method("Shift"));
                    break;
                default:
                    foreach (var operand in i.Operands)
                        EmitValue(operand);
                    il.Emit(OpCodes.Call, Method(i.Op.ToString()));
                    break;
            }
        }

        /// <summary>Stores the results that are copies of streams (early, so that they need no register for long), or all others.</summary>
        private void EmitStores(bool part = false, int copies = 1, bool loads = false)
        {
            for (copy = 0; copy < copies; copy++)
            {
                for (var i = 0; i < program.Results.Count; i++)
                {
                    if ((program.Nodes[program.Results[i]].Op == Op.Load) != loads)
                        continue;
                    EmitAddress(program.Streams + program.Uniforms + i);
                    if (part)
                        il.Emit(OpCodes.Ldloc, tail);
                    EmitValue(program.Results[i]);
                    il.Emit(OpCodes.Call, Method(part ? "StorePart" : "Store"));
                }
                if (watched is null || loads)
                    continue;
                // NaN in any turn is NaN in the sum.
                il.Emit(OpCodes.Ldloc, watched);
                EmitValue(program.Watched);
                il.Emit(OpCodes.Call, Method("Add"));
                il.Emit(OpCodes.Stloc, watched);
            }
            copy = 0;
        }

        private void EmitAddress(int operand)
        {
            il.Emit(OpCodes.Ldloc, pointers[operand]);
            il.Emit(OpCodes.Ldloc, column);
            il.Emit(OpCodes.Add);
            if (copy > 0)
            {
                il.Emit(OpCodes.Ldc_I4, copy * width * sizeof(T));
                il.Emit(OpCodes.Add);
            }
        }

        private void EmitValue(int node)
        {
            var i = program.Nodes[node];
            if (i.Op != Op.Constant)
                il.Emit(OpCodes.Ldloc, values[program.IsVarying(node) ? copy : 0][node]!);
            else if (heldConstants.TryGetValue(node, out var held))
                il.Emit(OpCodes.Ldloc, held);
            else
                EmitConstant(i.Value);
        }

        // A constant stands where it is used: the JIT folds it into the instruction or a register.
        private void EmitConstant(double value)
        {
            if (typeof(T) == typeof(float))
                il.Emit(OpCodes.Ldc_R4, (float)value);
            else
                il.Emit(OpCodes.Ldc_R8, value);
            il.Emit(OpCodes.Call, Method("Broadcast"));
        }
    }
}
