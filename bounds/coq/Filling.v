(* The filling theorem: classes with holes between them, by the masses of their filled cells.

   K_0, ..., K_(n-1) are pairwise disjoint sets, n >= 2, K_i of mass q_i > 0; c = Sum q_i <= 1. Each
   point goes to its nearest class: the cell V_i is where K_i is nearer than every other class, and
   v_i is its mass. The class radius of z in K_i is the distance to the other classes. Then
     E[r | covered] <= (2/c) Sum [ q_i Phi^{-1}(v_i) + phi(Phi^{-1}(q_i)) ] <= (2/c) Sum f(v_i),
   and <= (2/c) g(||v||^2) where the sharp theorem applies to v.

   Half the excess of the distance to the other classes over that to K_i is 1-Lipschitz and positive
   on V_i alone ([cell_depth]). On K_i it is r/2, so the isoperimetric inequality for V_i says
   P[z in K_i, r >= eta] <= min(q_i, Phi(Phi^{-1}(v_i) - eta/2)). *)
From Coq Require Import Reals Lra Lia Psatz List Classical_Prop.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail Rewrite TalkThreshold TalkTheorem Holes.
From ClassRadius Require Import HalfspaceRadius GaussianExpectation GaussianSpace LayerCake.
From ClassRadius Require Import Unconditional HolesUnconditional Sets.
Open Scope R_scope.

(* The union of the other classes. *)
Definition others (d n : nat) (K : nat -> space d -> Prop) (i : nat) (z : space d) : Prop :=
  exists j, (j < n)%nat /\ j <> i /\ K j z.

Definition cell_depth (d n : nat) (K : nat -> space d -> Prop) (i : nat) (z : space d) : R :=
  Rmax 0 ((distance_to d (others d n K i) z - distance_to d (K i) z) / 2).

(* v_i: the mass of the points that are nearer to K_i than to every other class. *)
Definition cell_mass (d n : nat) (K : nat -> space d -> Prop) (i : nat) : R :=
  mass_positive d (cell_depth d n K i).

(* E[r; z in K_i], r the distance to the other classes. *)
Definition radius_on (d n : nat) (K : nat -> space d -> Prop) (i : nat) : R :=
  expected_on d (depth d (K i)) (distance_to d (others d n K i)).

(* The same under another law. *)
Definition law_cell_mass (d n : nat) (E : (space d -> R) -> R) (K : nat -> space d -> Prop)
  (i : nat) : R := law_mass d E (cell_depth d n K i).

Definition law_radius_on (d n : nat) (E : (space d -> R) -> R) (K : nat -> space d -> Prop)
  (i : nat) : R := law_expected_on d E (depth d (K i)) (distance_to d (others d n K i)).

Definition filling_term (q v : R) : R := q * Phi_inv v + phi (Phi_inv q).

Definition total (n : nat) (f : nat -> R) : R := sum (map f (seq 0 n)).

(* ---- Cells ---- *)

Lemma cell_depth_like (d n : nat) (K : nat -> space d -> Prop) (i : nat) :
  distance_like d (cell_depth d n K i).
Proof.
  split; [|intro z; apply Rmax_l]. apply lipschitz_positive_part. intros z w.
  destruct (distance_to_like d (others d n K i)) as [A _].
  destruct (distance_to_like d (K i)) as [B _].
  specialize (A z w). specialize (B z w). rewrite Rmult_1_l in *.
  apply Rabs_le_between in A. apply Rabs_le_between in B. apply Rabs_le. lra.
Qed.

(* On K_i it is half the class radius. *)
Lemma cell_depth_member (d n : nat) (K : nat -> space d -> Prop) (i : nat) (z : space d) :
  K i z -> distance_to d (others d n K i) z = 2 * cell_depth d n K i z.
Proof.
  intro Z. unfold cell_depth. rewrite (distance_to_member d (K i) z Z).
  assert (P := distance_to_nonneg d (others d n K i) z). rewrite Rmax_right; lra.
Qed.

Lemma inside_of_depth (d : nat) (K : space d -> Prop) (z : space d) : 0 < depth d K z -> K z.
Proof. intro P. apply NNPP. intro N. rewrite (depth_outside d K z N) in P. lra. Qed.

(* Two cells do not meet. *)
Lemma cells_disjoint (d n : nat) (K : nat -> space d -> Prop) (i j : nat) (z : space d) :
  (i < n)%nat -> (j < n)%nat -> i <> j -> (exists w, K i w) -> (exists w, K j w) ->
  cell_depth d n K i z = 0 \/ cell_depth d n K j z = 0.
Proof.
  intros I J N [wi Wi] [wj Wj]. unfold cell_depth.
  assert (A : distance_to d (others d n K i) z <= distance_to d (K j) z).
  { apply (distance_to_ge d (K j) z wj); [exact Wj|]. intros y Y. apply distance_to_le.
    exists j. auto. }
  assert (B : distance_to d (others d n K j) z <= distance_to d (K i) z).
  { apply (distance_to_ge d (K i) z wi); [exact Wi|]. intros y Y. apply distance_to_le.
    exists i. auto. }
  destruct (Rle_dec (distance_to d (K i) z) (distance_to d (K j) z)) as [L|L].
  - right. apply Rmax_left. lra.
  - left. apply Rmax_left. lra.
Qed.

(* ---- Masses ---- *)

Section Masses.

Variables (d : nat) (E : (space d -> R) -> R).
Hypothesis is_law : law d E.

Lemma law_mass_mono (c L M : R) (u v : space d -> R) : 0 <= c ->
  lipschitz d L u -> lipschitz d M v -> (forall z, Rmax 0 (u z) <= c * Rmax 0 (v z)) ->
  law_mass d E u <= law_mass d E v.
Proof.
  intros C U V H. apply law_mass_le. intro n.
  destruct (nfloor_ex c C) as [m [_ Hm]]. assert (A := is_law). destruct A as [_ [_ [_ [O _]]]].
  apply Rle_trans with (2 := law_slope_le d E M v (n * S m) is_law V).
  apply (O _ _ _ _ (slope_lipschitz d u L n U) (slope_lipschitz d v M (n * S m) V)).
  intro z. apply Rle_min_compat_l. rewrite mult_INR, Rmult_assoc.
  apply Rmult_le_compat_l; [apply pos_INR|]. apply Rle_trans with (1 := H z).
  apply Rmult_le_compat_r; [apply Rmax_l|]. rewrite S_INR. lra.
Qed.

Lemma masses_apart (L M : R) (u v : space d -> R) :
  lipschitz d L u -> lipschitz d M v -> (forall z, u z <= 0 \/ v z <= 0) ->
  law_mass d E u + law_mass d E v <= 1.
Proof.
  intros U V H. assert (W := is_law). destruct W as [WC [WP [_ [WO _]]]].
  set (s := fun w n => E (fun z => Rmin 1 (INR n * Rmax 0 (w z)))).
  assert (X : forall n m, s u n + s v m <= 1).
  { intros n m. assert (A := slope_lipschitz d u L n U). assert (B := slope_lipschitz d v M m V).
    unfold s. rewrite <- (WP _ _ _ _ A B).
    apply Rle_trans with (E (fun _ => 1)); [|right; apply WC].
    apply (WO _ _ _ _ (lipschitz_plus d _ _ _ _ A B) (lipschitz_const d 1)).
    intro z. assert (P := ramp_bounds n (u z)). assert (Q := ramp_bounds m (v z)).
    destruct (H z) as [N|N]; rewrite (Rmax_left 0 _ N), Rmult_0_r, (Rmin_right 1 0); lra. }
  assert (Y : forall m, law_mass d E u <= 1 - s v m).
  { intro m. apply law_mass_le. intro n. specialize (X n m). unfold s at 1 in X. lra. }
  assert (law_mass d E v <= 1 - law_mass d E u); [|lra].
  apply law_mass_le. intro m. specialize (Y m). unfold s in Y. lra.
Qed.

Lemma mass_zero (u : space d -> R) : (forall z, u z = 0) -> law_mass d E u <= 0.
Proof.
  intro H. apply law_mass_le. intro n.
  rewrite <- (law_ext d E 0 (fun _ => 0) _ is_law (lipschitz_constant d 0)).
  - right. apply is_law.
  - intro z. rewrite H, Rmax_left, Rmult_0_r by lra. symmetry. apply Rmin_right. lra.
Qed.

(* A class of positive mass has a point. *)
Lemma class_inhabited (K : space d -> Prop) : 0 < law_set_mass d E K -> exists z, K z.
Proof.
  intro P. apply NNPP. intro N. assert (Z : law_set_mass d E K <= 0); [|lra].
  apply mass_zero. intro z. apply depth_outside. intro H. apply N. now exists z.
Qed.

End Masses.

(* q b + phi(a), a = Phi^{-1}(q) <= b = Phi^{-1}(v), increases in q up to q = v. *)
Theorem filling_term_le (q v : R) : 0 < q <= v -> v < 1 -> filling_term q v <= integrated_tail v.
Proof.
  intros Hq Hv. set (b := Phi_inv v). assert (E := Phi_inv_spec q ltac:(lra)).
  assert (F := Phi_inv_spec v ltac:(lra)). fold b in F.
  assert (L : Phi_inv q <= b).
  { destruct (Req_dec q v) as [->|N]; [unfold b; lra|]. left. apply Phi_inv_incr; lra. }
  destruct (mean_value (fun a => Phi a * b + phi a) (fun a => phi a * (b - a)) (Phi_inv q) b L)
    as [c [C M]].
  - intros x _. assert (DP := Phi_d x). assert (Dp := phi_d x). auto_derive.
    + repeat split; eexists; eassumption.
    + replace (Derive (fun x => Phi x) x) with (phi x) by (symmetry; now apply is_derive_unique).
      replace (Derive (fun x => phi x) x) with (- x * phi x)
        by (symmetry; now apply is_derive_unique).
      ring.
  - rewrite E, F in M. assert (P := phi_pos c). unfold filling_term, integrated_tail. fold b.
    assert (0 <= phi c * (b - c) * (b - Phi_inv q)); [|lra].
    apply Rmult_le_pos; [apply Rmult_le_pos|]; lra.
Qed.

Section Classes.

Variables (d n : nat) (E : (space d -> R) -> R) (L : R) (K : nat -> space d -> Prop).
Hypothesis is_law : law d E.
Hypothesis L_pos : 0 < L.
Hypothesis constant : isoperimetric_law d E L.
Hypothesis two : (2 <= n)%nat.
Hypothesis apart : disjoint d n K.
Hypothesis positive : forall i, (i < n)%nat -> 0 < law_set_mass d E (K i).

Lemma another (i : nat) : (i < n)%nat -> exists j, (j < n)%nat /\ j <> i.
Proof. intro I. destruct i as [|i]; [exists 1%nat|exists 0%nat]; lia. Qed.

(* q_i <= v_i < 1. *)
Lemma law_cell_mass_bounds (i : nat) : (i < n)%nat -> law_set_mass d E (K i) <= law_cell_mass d n E K i < 1.
Proof.
  intro I. assert (U := proj1 (cell_depth_like d n K i)). destruct (another i I) as [j [J N]].
  assert (G : forall k, (k < n)%nat -> law_set_mass d E (K k) <= law_cell_mass d n E K k).
  { clear dependent i. clear j J. intros i I. destruct (another i I) as [j [J N]].
    apply (law_mass_mono d E is_law 2 1 1); [lra|apply distance_to_like|apply cell_depth_like|].
    intro z. assert (D := distance_to_nonneg d (complement d (K i)) z).
    rewrite Rmax_right by exact D.
    destruct (class_inhabited d E is_law (K j) (positive j J)) as [w W].
    destruct (Rle_lt_or_eq_dec _ _ D) as [P|N0].
    - assert (Z := inside_of_depth d (K i) z P).
      rewrite Rmax_right by apply cell_depth_like. rewrite <- cell_depth_member by exact Z.
      apply (distance_to_ge d _ z w); [exists j; auto|].
      intros y [k [Hk [Nk Y]]]. apply distance_to_le. intro X. apply Nk.
      exact (apart k i y Hk I Y X).
    - unfold depth. rewrite <- N0. apply Rmult_le_pos; [lra|apply Rmax_l]. }
  split; [now apply G|].
  assert (A := masses_apart d E is_law 1 1 (cell_depth d n K i) (cell_depth d n K j) U
    (proj1 (cell_depth_like d n K j))).
  assert (B := G j J). assert (C := positive j J). unfold law_cell_mass in *.
  enough (law_mass d E (cell_depth d n K i) + law_mass d E (cell_depth d n K j) <= 1) by lra.
  apply A. intro z.
  destruct (cells_disjoint d n K i j z I J (not_eq_sym N) (class_inhabited d E is_law _ (positive i I))
    (class_inhabited d E is_law _ (positive j J))) as [-> | ->]; [left|right]; lra.
Qed.

(* One class. *)
Theorem law_radius_on_le (i : nat) : (i < n)%nat ->
  law_radius_on d n E K i
    <= 2 * L * filling_term (law_set_mass d E (K i)) (law_cell_mass d n E K i).
Proof.
  intro I. destruct (law_cell_mass_bounds i I) as [B1 B2]. assert (P := positive i I).
  set (q := law_set_mass d E (K i)) in *. set (v := law_cell_mass d n E K i) in *.
  assert (A := is_law). destruct A as [_ [_ [WS [WO _]]]].
  destruct (cell_depth_like d n K i) as [U U0]. destruct (distance_to_like d (others d n K i)) as [R R0].
  destruct (distance_to_like d (complement d (K i))) as [F F0].
  apply real_sup_le. intro m. assert (M := pos_INR m).
  set (f := fun z => Rmin (cell_depth d n K i z) (INR m * Rmax 0 (depth d (K i) z))).
  assert (B := law_on_slope_le d E L 1 (1 + q - v) (depth d (K i)) (cell_depth d n K i) m is_law
    L_pos constant Rle_0_1 F U U0).
  assert (H : E f <= L * filling_term q v).
  { unfold filling_term. replace v with (1 - (1 + q - v) + q) at 1 by ring.
    apply B; fold (law_set_mass d E (K i)); fold q; fold (law_cell_mass d n E K i); fold v; lra. }
  assert (W := lipschitz_multiple d 1 (INR m) _ M (lipschitz_positive_part d 1 (depth d (K i)) F)).
  assert (N : 0 <= INR m * 1) by lra.
  assert (Wf : lipschitz d (1 + INR m * 1) f).
  { apply lipschitz_min; [apply lipschitz_weaken with (2 := U)|apply lipschitz_weaken with (2 := W)]; lra. }
  assert (Wr : lipschitz d (1 + INR m * 1)
    (fun z => Rmin (distance_to d (others d n K i) z) (INR m * Rmax 0 (depth d (K i) z)))).
  { apply lipschitz_min; [apply lipschitz_weaken with (2 := R)|apply lipschitz_weaken with (2 := W)]; lra. }
  apply Rle_trans with (2 * E f); [|lra].
  rewrite <- (WS 2 f _ Wf).
  apply (WO _ _ _ _ Wr (lipschitz_multiple d _ 2 f ltac:(lra) Wf)).
  intro z. unfold f. destruct (Rle_lt_or_eq_dec _ _ (F0 z)) as [D|D].
  - rewrite (cell_depth_member d n K i z (inside_of_depth d (K i) z D)).
    assert (0 <= INR m * Rmax 0 (depth d (K i) z)) by (apply Rmult_le_pos; [exact M|apply Rmax_l]).
    unfold Rmin. repeat destruct Rle_dec; lra.
  - unfold depth. rewrite <- D, Rmax_left, Rmult_0_r by lra.
    rewrite (Rmin_right _ 0) by apply R0. rewrite (Rmin_right _ 0) by apply U0. lra.
Qed.

(* ---- All classes ---- *)

Lemma total_le (f g : nat -> R) : (forall i, (i < n)%nat -> f i <= g i) -> total n f <= total n g.
Proof.
  intro H. unfold total. assert (S : forall i, In i (seq 0 n) -> f i <= g i).
  { intros i I. apply H. apply in_seq in I. lia. }
  clear H. induction (seq 0 n) as [|i l IH]; simpl; [lra|].
  assert (A := S i (or_introl eq_refl)). specialize (IH (fun j J => S j (or_intror J))). lra.
Qed.

Definition law_covered : R := total n (fun i => law_set_mass d E (K i)).

Lemma covered_pos : 0 < law_covered.
Proof.
  unfold law_covered, total. destruct n as [|m]; [lia|].
  apply Rlt_le_trans with (law_set_mass d E (K 0%nat)); [apply positive; lia|].
  apply (member_le_sum (map (fun i => law_set_mass d E (K i)) (seq 0 (S m)))).
  - intros x X. apply in_map_iff in X. destruct X as [i [<- I]]. apply positive.
    apply in_seq in I. lia.
  - now left.
Qed.

(* E[r | covered] <= (2 L/c) Sum [ q_i Phi^{-1}(v_i) + phi(Phi^{-1}(q_i)) ]. *)
Theorem law_filling_theorem :
  total n (law_radius_on d n E K) / law_covered
    <= 2 * L / law_covered
      * total n (fun i => filling_term (law_set_mass d E (K i)) (law_cell_mass d n E K i)).
Proof.
  assert (C := covered_pos). assert (T := total_le (law_radius_on d n E K) _ law_radius_on_le).
  assert (H : forall f, total n (fun i => 2 * L * f i) = 2 * L * total n f).
  { intro f. unfold total. induction (seq 0 n) as [|i l IH]; simpl; [ring|]. rewrite IH. ring. }
  rewrite H in T. unfold Rdiv. rewrite (Rmult_comm (2 * L)), Rmult_assoc, Rmult_comm.
  apply Rmult_le_compat_l; [left; now apply Rinv_0_lt_compat|exact T].
Qed.

(* E[r | covered] <= (2 L/c) Sum f(v_i). *)
Theorem law_filling_theorem_cells :
  total n (law_radius_on d n E K) / law_covered
    <= 2 * L / law_covered * total n (fun i => integrated_tail (law_cell_mass d n E K i)).
Proof.
  assert (C := covered_pos). apply Rle_trans with (1 := law_filling_theorem).
  apply Rmult_le_compat_l; [left; apply Rdiv_lt_0_compat; lra|]. apply total_le. intros i I.
  destruct (law_cell_mass_bounds i I) as [A B]. apply filling_term_le; [|exact B].
  split; [now apply positive|exact A].
Qed.

Definition law_cell_masses : list R := map (law_cell_mass d n E K) (seq 0 n).

(* E[r | covered] <= (2 L/c) g(||v||^2), with nothing assumed of v if ||v||^2 <= s-hat. *)
Theorem law_filling_theorem_sharp : sum law_cell_masses = 1 ->
  (forall v, In v law_cell_masses -> v <= concavity_threshold) \/
    collision law_cell_masses <= assumption_free_threshold ->
  total n (law_radius_on d n E K) / law_covered
    <= 2 * L / law_covered * halfspace_radius (collision law_cell_masses).
Proof.
  intros S H. assert (C := covered_pos). apply Rle_trans with (1 := law_filling_theorem_cells).
  apply Rmult_le_compat_l; [left; apply Rdiv_lt_0_compat; lra|].
  assert (P : forall v, In v law_cell_masses -> 0 < v).
  { intros v V. apply in_map_iff in V. destruct V as [i [<- I]]. apply in_seq in I.
    destruct (law_cell_mass_bounds i ltac:(lia)) as [A _]. assert (B := positive i ltac:(lia)). lra. }
  assert (T : total n (fun i => integrated_tail (law_cell_mass d n E K i))
    = sum_of integrated_tail law_cell_masses).
  { unfold total, law_cell_masses. induction (seq 0 n) as [|i l IH]; simpl; [reflexivity|].
    simpl in IH. now rewrite IH. }
  rewrite T. destruct H as [H|H].
  - apply sum_le_halfspace_radius; [|exact S]. intros v V. split; [now apply P|now apply H].
  - now apply sum_le_halfspace_radius_free.
Qed.

End Classes.

(* ---- Under N(0, I_d), whose constant is 1 ---- *)

Section Gaussian.

Variables (d n : nat) (K : nat -> space d -> Prop).
Hypothesis two : (2 <= n)%nat.
Hypothesis apart : disjoint d n K.
Hypothesis positive : forall i, (i < n)%nat -> 0 < set_mass d (K i).

Definition covered : R := total n (fun i => set_mass d (K i)).

Definition cell_masses : list R := map (cell_mass d n K) (seq 0 n).

(* q_i <= v_i < 1. *)
Lemma cell_mass_bounds (i : nat) : (i < n)%nat -> set_mass d (K i) <= cell_mass d n K i < 1.
Proof. exact (law_cell_mass_bounds d n (expect d) K (gaussian_law d) two apart positive i). Qed.

Theorem radius_on_le (i : nat) : (i < n)%nat ->
  radius_on d n K i <= 2 * filling_term (set_mass d (K i)) (cell_mass d n K i).
Proof.
  rewrite <- (Rmult_1_r 2). exact (law_radius_on_le d n (expect d) 1 K (gaussian_law d) Rlt_0_1
    (gaussian_isoperimetric d) two apart positive i).
Qed.

(* E[r | covered] <= (2/c) Sum [ q_i Phi^{-1}(v_i) + phi(Phi^{-1}(q_i)) ]. *)
Theorem filling_theorem :
  total n (radius_on d n K) / covered
    <= 2 / covered * total n (fun i => filling_term (set_mass d (K i)) (cell_mass d n K i)).
Proof.
  rewrite <- (Rmult_1_r 2). exact (law_filling_theorem d n (expect d) 1 K (gaussian_law d) Rlt_0_1
    (gaussian_isoperimetric d) two apart positive).
Qed.

(* E[r | covered] <= (2/c) Sum f(v_i). *)
Theorem filling_theorem_cells :
  total n (radius_on d n K) / covered
    <= 2 / covered * total n (fun i => integrated_tail (cell_mass d n K i)).
Proof.
  rewrite <- (Rmult_1_r 2). exact (law_filling_theorem_cells d n (expect d) 1 K (gaussian_law d)
    Rlt_0_1 (gaussian_isoperimetric d) two apart positive).
Qed.

(* E[r | covered] <= (2/c) g(||v||^2), with nothing assumed of v if ||v||^2 <= s-hat. *)
Theorem filling_theorem_sharp : sum cell_masses = 1 ->
  (forall v, In v cell_masses -> v <= concavity_threshold) \/ collision cell_masses <= assumption_free_threshold ->
  total n (radius_on d n K) / covered <= 2 / covered * halfspace_radius (collision cell_masses).
Proof.
  rewrite <- (Rmult_1_r 2). exact (law_filling_theorem_sharp d n (expect d) 1 K (gaussian_law d)
    Rlt_0_1 (gaussian_isoperimetric d) two apart positive).
Qed.

End Gaussian.
